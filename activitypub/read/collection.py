"""Document -> Collection, or one page of one."""

from __future__ import annotations

from activitypub import iri, limits
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import Collection
from activitypub.read.values import address, object_ref
from activitypub.vocabulary import COLLECTION_TYPES


def read_collection(
    document: Document, *, at_most: int = limits.COLLECTION_ITEMS, allow_http: bool = False
) -> Collection:
    """Read a collection or a page; embedded items are kept as they are and prove nothing about their origin.

    Raises:  Malformed: type
    """
    kind = next((name for name in document.types if name in COLLECTION_TYPES), None)
    if kind is None:
        raise Malformed("type", f"not a collection: {document.types[:3]}")
    sent = (*document.values("orderedItems"), *document.values("items"))[:at_most]
    items = (object_ref(value, allow_http=allow_http) for value in sent)
    return Collection(
        kind=kind,
        id=iri.find(document.id, allow_http=allow_http),
        total_items=document.count("totalItems"),
        first=object_ref(document.value("first"), allow_http=allow_http),
        last=address(document, "last", allow_http=allow_http),
        next=address(document, "next", allow_http=allow_http),
        prev=address(document, "prev", allow_http=allow_http),
        part_of=address(document, "partOf", allow_http=allow_http),
        attributed_to=address(document, "attributedTo", allow_http=allow_http),
        items=tuple(item for item in items if item is not None),
    )


def is_collection(document: Document) -> bool:
    """Tell whether a document says that it is a collection or a page of one."""
    return any(name in COLLECTION_TYPES for name in document.types)
