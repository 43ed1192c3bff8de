"""Activity -> document, and the activities we send, each with a function that asks for what it needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from activitypub.activities import (
    Accept,
    Activity,
    Add,
    Announce,
    Block,
    Create,
    Delete,
    EmojiReact,
    Flag,
    Follow,
    InteractionRequest,
    Like,
    Move,
    QuoteRequest,
    Reject,
    Remove,
    Undo,
    Update,
)
from activitypub.contexts import ACTOR_CONTEXT, NOTE_CONTEXT, PLAIN_CONTEXT
from activitypub.document import Document, JsonObject, types_of
from activitypub.objects import Actor, Emoji, Note, ObjectRef, Tombstone
from activitypub.vocabulary import ACTOR_TYPES, NOTE_TYPES
from activitypub.write import parts
from activitypub.write.actor import actor_body
from activitypub.write.note import note_body, tombstone_body
from activitypub.write.parts import present


def write_activity(activity: Activity) -> JsonObject:
    """Write any activity; to and cc are lists, cc is there even when empty, one context at the top."""
    return {"@context": _context(activity), **activity_body(activity)}


def activity_body(activity: Activity) -> JsonObject:
    """Write an activity for embedding, without a context of its own."""
    objects = [_reference(item) for item in activity.objects]
    named = present(id=activity.id, type=activity.type or None, actor=activity.actor)
    return {
        **named,
        **present(
            object=objects[0] if len(objects) == 1 else objects, published=parts.moment(activity.published)
        ),
        **_particulars(activity),
        "to": list(activity.to),
        "cc": list(activity.cc),
    }


def embedded(body: JsonObject) -> ObjectRef:
    """Make a written object ready to be the object of an activity; its own context goes (idno#3341)."""
    document = Document({name: value for name, value in body.items() if name != "@context"})
    return ObjectRef(id=document.id, document=document)


def follow(*, activity_id: str, actor: str, target: str) -> Follow:
    """Ask to follow; a new attempt takes a new id, a retry the same."""
    return Follow(id=activity_id, actor=actor, object=ObjectRef(id=target), to=(target,))


def accept(*, activity_id: str, actor: str, request: Activity, result: str | None = None) -> Accept:
    """Accept a request, embedding it: some match it by id, some by shape."""
    return Accept(id=activity_id, actor=actor, object=_request(request), to=(request.actor,), result=result)


def reject(*, activity_id: str, actor: str, request: Activity) -> Reject:
    """Refuse a request, or take an acceptance back."""
    return Reject(id=activity_id, actor=actor, object=_request(request), to=(request.actor,))


def undo(*, activity_id: str, actor: str, original: Activity) -> Undo:
    """Take something back, for the same audience, with the whole original inside (fedify#125: Threads)."""
    return Undo(
        id=activity_id, actor=actor, object=embedded(activity_body(original)), to=original.to, cc=original.cc
    )


def create(*, activity_id: str, note: Note) -> Create:
    """Publish a post; the audience and the time are its own."""
    body = embedded(note_body(note))
    return Create(
        id=activity_id,
        actor=note.attributed_to,
        object=body,
        to=note.to,
        cc=note.cc,
        published=note.published,
    )


def update_note(*, activity_id: str, note: Note, published: datetime | None = None) -> Update:
    """Publish an edit; `updated` of the post is what makes it one."""
    body = embedded(note_body(note))
    return Update(
        id=activity_id, actor=note.attributed_to, object=body, to=note.to, cc=note.cc, published=published
    )


def update_actor(*, activity_id: str, actor: Actor, to: Iterable[str], cc: Iterable[str] = ()) -> Update:
    """Publish a changed profile."""
    return Update(
        id=activity_id, actor=actor.id, object=embedded(actor_body(actor)), to=tuple(to), cc=tuple(cc)
    )


def delete_object(
    *, activity_id: str, actor: str, target: str, to: Iterable[str], cc: Iterable[str] = ()
) -> Delete:
    """Delete a post, leaving a tombstone."""
    body = embedded(tombstone_body(Tombstone(id=target)))
    return Delete(id=activity_id, actor=actor, object=body, to=tuple(to), cc=tuple(cc))


def delete_actor(*, activity_id: str, actor: str, to: Iterable[str]) -> Delete:
    """Say that an account is gone."""
    return Delete(id=activity_id, actor=actor, object=ObjectRef(id=actor), to=tuple(to))


def like(*, activity_id: str, actor: str, target: str, author: str) -> Like:
    """Like a post; only its author is told."""
    return Like(id=activity_id, actor=actor, object=ObjectRef(id=target), to=(author,))


def react(
    *,
    activity_id: str,
    actor: str,
    target: str,
    author: str,
    content: str,
    emojis: tuple[Emoji, ...],
    as_like: bool,
) -> Like:
    """Put an emoji under a post: a Like for those who know no emojis, or an EmojiReact (FEP-c0e0)."""
    kind = Like if as_like else EmojiReact
    reference = ObjectRef(id=target)
    return kind(id=activity_id, actor=actor, object=reference, to=(author,), content=content, emojis=emojis)


def announce(
    *,
    activity_id: str,
    actor: str,
    target: str,
    published: datetime,
    to: Iterable[str],
    cc: Iterable[str],
    authorization: str | None = None,
) -> Announce:
    """Boost a post; `published` is required by some relays."""
    return Announce(
        id=activity_id,
        actor=actor,
        object=ObjectRef(id=target),
        published=published,
        to=tuple(to),
        cc=tuple(cc),
        authorization=authorization,
    )


def block(*, activity_id: str, actor: str, target: str) -> Block:
    """Tell somebody's server that they are blocked."""
    return Block(id=activity_id, actor=actor, object=ObjectRef(id=target), to=(target,))


def move(*, activity_id: str, actor: str, target: str, to: Iterable[str]) -> Move:
    """Go on as another actor, who names this one in `alsoKnownAs`."""
    return Move(id=activity_id, actor=actor, object=ObjectRef(id=actor), target=target, to=tuple(to))


def quote_request(*, activity_id: str, quoted: str, author: str, note: Note) -> QuoteRequest:
    """Ask to quote a post, with the quoting one inside (FEP-044f)."""
    return QuoteRequest(
        id=activity_id,
        actor=note.attributed_to,
        object=ObjectRef(id=quoted),
        instrument=embedded(note_body(note)),
        to=(author,),
    )


def add(
    *, activity_id: str, actor: str, item: ObjectRef, target: str, to: Iterable[str], cc: Iterable[str]
) -> Add:
    """Put something into a collection of the actor's."""
    return Add(id=activity_id, actor=actor, object=item, target=target, to=tuple(to), cc=tuple(cc))


def remove(
    *, activity_id: str, actor: str, item: ObjectRef, target: str, to: Iterable[str], cc: Iterable[str]
) -> Remove:
    """Take it out again."""
    return Remove(id=activity_id, actor=actor, object=item, target=target, to=tuple(to), cc=tuple(cc))


def delete_stamp(*, activity_id: str, actor: str, stamp: str, to: Iterable[str]) -> Delete:
    """Take back that something was allowed."""
    return Delete(id=activity_id, actor=actor, object=ObjectRef(id=stamp), to=tuple(to))


def flag(*, activity_id: str, actor: str, targets: Iterable[str], content: str) -> Flag:
    """Report an account and posts of it to its server; the account comes first."""
    first, *others = (ObjectRef(id=target) for target in targets)
    return Flag(id=activity_id, actor=actor, object=first, more_objects=tuple(others), content=content)


def _request(request: Activity) -> ObjectRef:
    instrument = _reference(request.instrument) if isinstance(request, InteractionRequest) else None
    return embedded(
        present(
            id=request.id,
            type=request.type,
            actor=request.actor,
            object=_reference(request.object),
            instrument=instrument,
        )
    )


def _reference(reference: ObjectRef) -> Any:
    return reference.id if reference.document is None else reference.document.data


def _particulars(activity: Activity) -> JsonObject:
    match activity:
        case Accept():
            return present(result=activity.result)
        case Like() if activity.content is None:
            tags = [parts.emoji(item) for item in activity.emojis]
            return present(tag=tags or None)
        case Like():
            # Pleroma takes a Like for a reaction only with both of Misskey's members.
            is_like = type(activity) is Like
            return present(
                content=activity.content,
                _misskey_reaction=activity.content if is_like else None,
                tag=[parts.emoji(item) for item in activity.emojis],
            )
        case Block() | Move() | Add() | Remove():
            return present(target=activity.target)
        case Flag():
            return present(content=activity.content)
        case Announce():
            return present(announceAuthorization=activity.authorization, approvedBy=activity.authorization)
        case InteractionRequest():
            return present(instrument=_reference(activity.instrument))
        case _:
            return {}


def _context(activity: Activity) -> Any:
    is_plain_like = type(activity) is Like and not activity.content and not activity.emojis
    is_allowed = isinstance(activity, Announce) and activity.authorization is not None
    if is_allowed or (isinstance(activity, Like | InteractionRequest) and not is_plain_like):
        return NOTE_CONTEXT
    for item in activity.objects:
        if item.document is not None and item.document.type == "Hashtag":
            return NOTE_CONTEXT
        types = () if item.document is None else types_of(item.document.data)
        if any(name in NOTE_TYPES or name.endswith("Request") for name in types):
            return NOTE_CONTEXT
        if any(name in ACTOR_TYPES for name in types):
            return ACTOR_CONTEXT
    return PLAIN_CONTEXT
