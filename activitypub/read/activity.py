"""Document -> Activity of its class."""

from __future__ import annotations

import msgspec

from activitypub import iri, limits
from activitypub.activities import (
    ACTIVITY_CLASSES,
    NOTHING,
    Accept,
    Activity,
    Add,
    Announce,
    Block,
    Flag,
    InteractionRequest,
    Like,
    Move,
    Remove,
    Unknown,
)
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import ObjectRef
from activitypub.read.quotes import authorization
from activitypub.read.tags import read_tags
from activitypub.read.values import address, object_ref, recipients, short_text


def read_activity(document: Document, *, allow_http: bool = False) -> Activity:
    """Read an activity; addressing is never required (lemmy#4364), bto and bcc are not read.

    Returns: one of `activitypub.activities`; Unknown for a type without a class; the object is NOTHING where
             none is named (misskey#7516 undoes null)
    Raises:  Malformed: no_actor
    """
    kind = next((ACTIVITY_CLASSES[name] for name in document.types if name in ACTIVITY_CLASSES), Unknown)
    actor = address(document, "actor", allow_http=allow_http)
    if actor is None:
        raise Malformed("no_actor", "an activity without a good actor")
    objects = _objects(document, allow_http=allow_http)
    plain = kind(
        id=iri.find(document.id, allow_http=allow_http),
        actor=actor,
        object=objects[0] if objects else NOTHING,
        more_objects=objects[1:],
        to=recipients(document, "to", allow_http=allow_http),
        cc=recipients(document, "cc", allow_http=allow_http),
        published=document.moment("published"),
    )
    particulars = _particulars(kind, document, actor, allow_http=allow_http)
    return msgspec.structs.replace(plain, **particulars) if particulars else plain


def is_activity(document: Document) -> bool:
    """Tell whether a document says that it is an activity of a class we know."""
    return any(name in ACTIVITY_CLASSES for name in document.types)


def _objects(document: Document, *, allow_http: bool) -> tuple[ObjectRef, ...]:
    sent = document.values("object")[: limits.OBJECTS]
    found = (object_ref(value, allow_http=allow_http) for value in sent)
    return tuple(item for item in found if item is not None)


def _particulars(
    kind: type[Activity], document: Document, actor: str, *, allow_http: bool
) -> dict[str, object]:
    if issubclass(kind, Accept):
        return {"result": address(document, "result", allow_http=allow_http)}
    if issubclass(kind, Like):
        content = short_text(document, "content", at_most=limits.REACTION_CHARS)
        content = content or short_text(document, "_misskey_reaction", at_most=limits.REACTION_CHARS)
        return {"content": content, "emojis": read_tags(document, near=actor, allow_http=allow_http).emojis}
    if issubclass(kind, Block | Move | Add | Remove):
        return {"target": address(document, "target", allow_http=allow_http)}
    if issubclass(kind, Flag):
        return {"content": short_text(document, "content", at_most=limits.FLAG_CHARS)}
    if issubclass(kind, Announce):
        return {"authorization": authorization(document, "announceAuthorization", allow_http=allow_http)}
    if issubclass(kind, InteractionRequest):
        return {"instrument": object_ref(document.value("instrument"), allow_http=allow_http) or NOTHING}
    if kind is Unknown:
        return {"type_name": (document.type or "")[: limits.NAME_CHARS]}
    return {}
