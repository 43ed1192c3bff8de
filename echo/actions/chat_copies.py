"""Groups whose order is made on another server: what happened there is taken in, what somebody here wants is
said to it. Here is a copy of the log, with the same numbers, from where somebody here came in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from echo import clock, db, ids
from echo.actions import chats as direct
from echo.actions.chat_log import append
from echo.db import UnitOfWork
from echo.errors import Forbidden, Invalid, Unavailable
from echo.events import GroupWished
from echo.kinds_of_chats import ChatEventKind, ChatKind
from echo.models import Account, Chat
from echo.store import accounts, chat_log, chat_marks, chat_servers
from echo.store import chats as store
from echo.text import sanitize

NAME_CHARACTERS = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class FarEvent:
    """An event of a group elsewhere.

    Shapes:  html: not clean yet; roster: (account id, role) of all members, for who comes in
    """

    chat_uri: str
    seq: int
    kind: ChatEventKind
    actor_id: int
    at: datetime
    message_seq: int | None = None
    reply_to_seq: int | None = None
    subject_id: int | None = None
    text: str | None = None
    html: str = ""
    emoji: str = ""
    role: str = ""
    name: str = ""
    key: str = ""
    roster: Sequence[tuple[int, str]] = ()


class Behind(Unavailable):
    """Events of a group have not come yet: those after `last_seq`."""

    def __init__(self, last_seq: int, detail: str) -> None:
        super().__init__(detail=detail)
        self.last_seq = last_seq


async def receive(home: Account, far: FarEvent, *, is_next: bool = False) -> bool:
    """Take in an event; a second copy changes nothing. False when it is nothing for anybody here.

    Shapes:  home: who says so, somebody of the server where the group was begun;
             is_next: that server was asked, and has nothing for us between the last one here and this one
    Raises:  Behind when events before it have not come yet;
             Forbidden when another server says so, or who is invited does not want it
    """
    if home.host != urlsplit(far.chat_uri).netloc:
        raise Forbidden("The order of this chat is made elsewhere")
    async with db.unit_of_work() as unit:
        known = await store.find_by_uri_for_worker(far.chat_uri)
        if known is None:
            known = await _begin(home, far)
        if known is None:
            return False
        chat = await chat_log.hold(known.id)
        if chat.local:
            raise Forbidden("The order of this chat is made here")
        if far.seq <= chat.last_seq:
            return False
        if far.seq > chat.last_seq + 1:
            if not is_next and await chat_servers.has_readers_here(chat.id):
                raise Behind(chat.last_seq, f"{far.chat_uri}: {far.seq} comes after {chat.last_seq}")
            await chat_log.leap(chat.id, far.seq - 1)
        await append(
            *(unit, chat, far.kind, far.actor_id, _body(far)),
            message_seq=far.message_seq,
            key=far.key,
            at=min(far.at, clock.now()),
        )
        if far.kind == ChatEventKind.JOINED:
            await chat_marks.rise(chat.id, far.subject_id or far.actor_id, far.seq, is_read=True)
    return True


async def _begin(home: Account, far: FarEvent) -> Chat | None:
    """The copy of a group to which somebody here is invited. Raises Forbidden when they do not want it.

    Only people of the group's own server invite: whom somebody here lets write is asked of no false name.
    """
    invited = None if far.subject_id is None else await accounts.find(far.subject_id)
    if far.kind != ChatEventKind.INVITED or invited is None or invited.domain:
        return None
    inviter = await accounts.find(far.actor_id)
    if inviter is None or inviter.host != home.host:
        raise Forbidden("Only members of the group's own server invite")
    await direct.require_writer(inviter.id, invited)
    await store.insert(ids.new_id(), ChatKind.GROUP.value, clock.now(), uri=far.chat_uri, local=False)
    return await store.find_by_uri_for_worker(far.chat_uri)


def _body(far: FarEvent) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if far.text is not None:
        body |= {"text": far.text, "html": sanitize.clean(far.html)}
    for name, value in (
        ("reply_to_seq", far.reply_to_seq),
        ("account_id", far.subject_id),
        ("role", far.role),
        ("name", (far.emoji or far.name)[:NAME_CHARACTERS]),
    ):
        if value:
            body[name] = value
    if far.roster:
        body["roster"] = [[account_id, role] for account_id, role in far.roster]
    return body


async def wish(
    unit: UnitOfWork,
    chat: Chat,
    account_id: int,
    kind: ChatEventKind,
    *,
    message_seq: int | None = None,
    **said: object,
) -> None:
    """Ask the server of a group for something; it happens when that server says so.

    Shapes:  said: text, emoji, reply_to_seq, key
    """
    body = msgspec.json.encode({name: value for name, value in said.items() if value}).decode()
    unit.emit(
        GroupWished(
            local=True,
            chat_uri=chat.uri,
            inbox=await chat_servers.inbox_at_home(chat.id),
            account_id=account_id,
            kind=kind.value,
            message_seq=message_seq,
            said=body,
            wish_id=ids.new_id(),
        )
    )


def require_here(chat: Chat) -> None:
    """Raises Invalid for what can be done on the group's own server alone."""
    if not chat.local:
        raise Invalid("Validation failed: This group is led on the server where it was begun")
