"""Groups that several Echos share: events of their log, what members elsewhere wish to happen in it, that it
will not be, how far they are, and what is behind a join link.

The server where a group was begun gives the order. These types are Echo's own; other software ignores them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import Attachment
from activitypub.read.attachments import read_attachments
from activitypub.write.parts import attachment, moment, present

EVENT, WISH, REFUSAL, MARKS = "EchoChatEvent", "EchoChatWish", "EchoChatRefusal", "EchoChatMarks"
LINK = "EchoChatLink"
MEMBERS_MAX = 200
TEXT_CHARS, REASON_CHARS = 100_000, 500


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """A member and their role."""

    actor: str
    role: str


class GroupEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a log. `subject`: whom it is about; `members`: all of that moment, for who comes in."""

    id: str
    chat: str
    seq: int
    kind: str
    actor: str
    at: datetime
    message_seq: int | None = None
    reply_to_seq: int | None = None
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    emoji: str | None = None
    role: str | None = None
    name: str | None = None
    key: str | None = None
    icon: str | None = None
    files: tuple[Attachment, ...] = ()
    members: tuple[Seat, ...] = ()


class GroupWish(msgspec.Struct, frozen=True, kw_only=True):
    """What a member elsewhere wants to happen: the group's server decides, and gives it its place.

    Shapes:  token: the secret of a join link, of who is no member yet
    """

    id: str
    chat: str
    kind: str
    actor: str
    message_seq: int | None = None
    reply_to_seq: int | None = None
    subject: str | None = None
    text: str | None = None
    emoji: str | None = None
    role: str | None = None
    name: str | None = None
    key: str | None = None
    icon: str | None = None
    files: tuple[Attachment, ...] = ()
    token: str | None = None


class GroupMarks(msgspec.Struct, frozen=True, kw_only=True):
    """How far a member got and has read a group; `read_seq` 0: they keep that to themselves."""

    id: str
    chat: str
    actor: str
    delivered_seq: int
    read_seq: int


class GroupRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """That a wish is not granted, in words for who wished it."""

    id: str
    chat: str
    wish: str
    reason: str


class GroupLink(msgspec.Struct, frozen=True, kw_only=True):
    """The group behind a join link; `inbox`: where its server takes what is wanted of it."""

    id: str
    chat: str
    inbox: str
    name: str
    members_count: int


def is_group_chat(document: Document) -> bool:
    """Whether an object is one of these."""
    return document.type in (EVENT, WISH, REFUSAL, MARKS)


def write(thing: GroupEvent | GroupWish) -> dict[str, Any]:
    """One of them as an object."""
    is_event = isinstance(thing, GroupEvent)
    body = present(
        id=thing.id,
        type=EVENT if is_event else WISH,
        context=thing.chat,
        attributedTo=thing.actor,
        kind=thing.kind,
        messageSeq=thing.message_seq,
        replyToSeq=thing.reply_to_seq,
        subject=thing.subject,
        text=thing.text,
        emoji=thing.emoji,
        role=thing.role,
        name=thing.name,
        key=thing.key,
        icon=thing.icon,
        attachment=[attachment(file) for file in thing.files] or None,
    )
    if isinstance(thing, GroupEvent):
        body |= present(
            seq=thing.seq,
            published=moment(thing.at),
            content=thing.html,
            members=[{"actor": seat.actor, "role": seat.role} for seat in thing.members] or None,
        )
    else:
        body |= present(token=thing.token)
    return body


def write_link(link: GroupLink) -> dict[str, Any]:
    """What is behind a join link as an object."""
    return {
        "id": link.id,
        "type": LINK,
        "context": link.chat,
        "inbox": link.inbox,
        "name": link.name,
        "membersCount": link.members_count,
    }


def read_link(document: Document) -> GroupLink:
    """Raises:  Malformed"""
    chat, inbox = document.reference("context"), document.reference("inbox")
    if document.type != LINK or document.id is None or chat is None or inbox is None:
        raise Malformed("context", "no link of a group")
    return GroupLink(
        id=document.id,
        chat=chat,
        inbox=inbox,
        name=_text(document, "name") or "",
        members_count=_whole(document, "membersCount") or 0,
    )


def write_refusal(refusal: GroupRefusal) -> dict[str, Any]:
    """A refusal as an object."""
    return {
        "id": refusal.id,
        "type": REFUSAL,
        "context": refusal.chat,
        "wish": refusal.wish,
        "summary": refusal.reason,
    }


def write_marks(marks: GroupMarks) -> dict[str, Any]:
    """Marks as an object."""
    return {
        "id": marks.id,
        "type": MARKS,
        "context": marks.chat,
        "attributedTo": marks.actor,
        "deliveredSeq": marks.delivered_seq,
        "readSeq": marks.read_seq,
    }


def read_marks(document: Document) -> GroupMarks:
    """Raises:  Malformed"""
    chat, actor = document.reference("context"), document.reference("attributedTo")
    if document.id is None or chat is None or actor is None:
        raise Malformed("context", "of no chat, or by nobody")
    return GroupMarks(
        id=document.id,
        chat=chat,
        actor=actor,
        delivered_seq=_whole(document, "deliveredSeq") or 0,
        read_seq=_whole(document, "readSeq") or 0,
    )


def read_refusal(document: Document) -> GroupRefusal:
    """Raises:  Malformed"""
    chat, wish = document.reference("context"), document.reference("wish")
    if document.id is None or chat is None or wish is None:
        raise Malformed("wish", "of no chat, or no wish")
    return GroupRefusal(
        id=document.id, chat=chat, wish=wish, reason=(document.text("summary") or "")[:REASON_CHARS]
    )


def read_event(document: Document) -> GroupEvent:
    """Raises:  Malformed"""
    at = document.moment("published")
    if at is None:
        raise Malformed("published", "an event without a time")
    return GroupEvent(
        **_common(document),
        seq=_whole(document, "seq", is_needed=True) or 0,
        at=at,
        html=_text(document, "content"),
        members=tuple(
            Seat(actor=actor, role=seat.text("role") or "member")
            for seat in document.documents("members", at_most=MEMBERS_MAX)
            if (actor := seat.reference("actor")) is not None
        ),
    )


def read_wish(document: Document) -> GroupWish:
    """Raises:  Malformed"""
    return GroupWish(**_common(document), token=_text(document, "token"))


def _common(document: Document) -> dict[str, Any]:
    chat, actor = document.reference("context"), document.reference("attributedTo")
    kind = document.text("kind")
    if document.id is None or chat is None or actor is None or kind is None:
        raise Malformed("context", "of no chat, by nobody, or nothing")
    return {
        "id": document.id,
        "chat": chat,
        "actor": actor,
        "kind": kind,
        "message_seq": _whole(document, "messageSeq"),
        "reply_to_seq": _whole(document, "replyToSeq"),
        "subject": document.reference("subject"),
        "text": _text(document, "text"),
        "emoji": _text(document, "emoji"),
        "role": _text(document, "role"),
        "name": _text(document, "name"),
        "key": _text(document, "key"),
        "icon": document.reference("icon"),
        "files": read_attachments(document, near=document.id),
    }


def _text(document: Document, name: str) -> str | None:
    text = document.text(name)
    return None if text is None else text[:TEXT_CHARS]


def _whole(document: Document, name: str, *, is_needed: bool = False) -> int | None:
    number = document.number(name)
    if number is None or not 0 < number < 2**53:
        if is_needed:
            raise Malformed(name, "not a number of an event")
        return None
    return int(number)
