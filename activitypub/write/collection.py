"""Collection -> document."""

from __future__ import annotations

from activitypub.contexts import NOTE_CONTEXT, PLAIN_CONTEXT
from activitypub.document import JsonObject
from activitypub.objects import Collection, ObjectRef
from activitypub.write.parts import present


def write_collection(collection: Collection) -> JsonObject:
    """Write a collection or a page; without `first` and items it says only how many there are.

    Shapes:  items: as ids, or embedded without a context of their own
    """
    plain = all(item.document is None for item in collection.items)
    return {"@context": PLAIN_CONTEXT if plain else NOTE_CONTEXT, **collection_body(collection)}


def collection_body(collection: Collection) -> JsonObject:
    """Write a collection or a page for embedding."""
    body = present(
        id=collection.id,
        type=collection.kind,
        totalItems=collection.total_items,
        attributedTo=collection.attributed_to,
        first=None if collection.first is None else _reference(collection.first),
        last=collection.last,
        next=collection.next,
        prev=collection.prev,
        partOf=collection.part_of,
    )
    if collection.items or collection.kind.endswith("Page"):
        key = "orderedItems" if collection.kind.startswith("Ordered") else "items"
        body[key] = [_reference(item) for item in collection.items]
    return body


def _reference(reference: ObjectRef) -> JsonObject | str | None:
    return reference.id if reference.document is None else reference.document.data
