"""Groups whose order is made on another server: what happened there is taken in, what somebody here wants is
said to it. Here is a copy of the log, with the same numbers, from where somebody here came in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from echo import addresses, clock, db, ids
from echo.actions import attaching, chat_wishing
from echo.actions import chats as direct
from echo.actions.chat_log import append
from echo.actions.drafts import RemoteMedia
from echo.actions.remote_media import store_remote_media
from echo.db import UnitOfWork
from echo.errors import Forbidden, Invalid, NotFound, Unavailable
from echo.events import ChatMarked, GroupMarked
from echo.kinds_of_chats import ChatEventKind, ChatKind
from echo.models import Account, Chat, Media
from echo.store import accounts, chat_log, chat_marks, chat_servers, chat_wishes, remote_files
from echo.store import chats as store
from echo.text import sanitize

NAME_CHARACTERS, KEY_CHARACTERS = 255, 255


@dataclass(frozen=True, slots=True, kw_only=True)
class FarEvent:
    """An event of a group elsewhere.

    Shapes:  html: not clean yet; avatar: address of a picture;
             roster: (account id, role) of all members, for who comes in
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
    avatar: str = ""
    files: Sequence[RemoteMedia] = ()
    roster: Sequence[tuple[int, str]] = ()

    @property
    def about_id(self) -> int:
        """Whom an event about a member is about."""
        return self.subject_id or self.actor_id


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
        strangers = await _strangers(chat, far)
        far = replace(far, roster=[seat for seat in far.roster if seat[0] not in strangers])
        media = await _media(far) if far.kind == ChatEventKind.CREATED else []
        event = await append(
            *(unit, chat, far.kind, far.actor_id, _body(far) | _files(media)),
            message_seq=far.message_seq,
            key=await _new_key(chat, far),
            at=min(far.at, clock.now()),
        )
        await attaching.attach_to_message(media, event.id)
        if far.avatar:
            await remote_files.know([far.avatar])
        if far.kind == ChatEventKind.INVITED and far.subject_id is not None:
            await _ask_invited(unit, chat, far.actor_id, far.subject_id)
        elif far.kind == ChatEventKind.JOINED and far.about_id in strangers:
            await _stay_out(unit, chat, far.about_id)
        # A message without a key has the wish for one (`federation.group_chats`).
        number = ids.parse_id(far.key.rpartition("#wishes/")[2]) or 0
        await chat_wishes.fulfil(
            *(far.chat_uri, far.actor_id, far.kind), message_seq=far.message_seq, key=far.key, wish_id=number
        )
        if far.kind == ChatEventKind.JOINED:
            await chat_marks.rise(chat.id, far.about_id, far.seq, is_read=True)
    return True


async def _new_key(chat: Chat, far: FarEvent) -> str:
    """The key of an event, where it is one; the place in the log counts, whatever key comes twice."""
    key = far.key if len(far.key) <= KEY_CHARACTERS else ""
    return "" if await chat_log.find_by_key(chat.id, far.actor_id, key) is not None else key


async def _media(far: FarEvent) -> list[Media]:
    """The files of a message: of somebody here those that they sent along, else where they are elsewhere."""
    if not far.files:
        return []
    author = await accounts.get(far.actor_id)
    if not author.host:
        own = await Media.filter(
            account_id=author.id, post_id=None, chat_message_id=None, scheduled_id=None, discarded_at=None
        )
        by_url = {addresses.here().file(one.file_key): one for one in own if one.file_key}
        return [by_url[url] for url in dict.fromkeys(one.url for one in far.files) if url in by_url]
    media_ids = await store_remote_media(author, None, far.files)
    return await Media.filter(id__in=media_ids).order_by("id")


def _files(media: Sequence[Media]) -> dict[str, Any]:
    return {"media_ids": [one.id for one in media]} if media else {}


async def _ask_invited(unit: UnitOfWork, chat: Chat, inviter_id: int, invited_id: int) -> None:
    """Whoever does not let the inviter write is not in the group, and hears nothing of it."""
    invited = await accounts.get(invited_id)
    if invited.host:
        return
    try:
        await direct.require_writer(inviter_id, invited)
    except Forbidden:
        await _stay_out(unit, chat, invited_id)


async def _begin(home: Account, far: FarEvent) -> Chat | None:
    """The copy of a group to which somebody here is invited, or comes by its link. Raises Forbidden when they
    do not want it.

    Only people of the group's own server invite: whom somebody here lets write is asked of no false name.
    """
    about = await accounts.find(far.about_id)
    if about is None or about.domain:
        return None
    if far.kind == ChatEventKind.INVITED and far.subject_id is not None:
        inviter = await accounts.find(far.actor_id)
        if inviter is None or inviter.host != home.host:
            raise Forbidden("Only members of the group's own server invite")
        await direct.require_writer(inviter.id, about)
    elif far.kind != ChatEventKind.JOINED or not await chat_wishes.wants_in(about.id, far.chat_uri):
        return None
    await store.insert(ids.new_id(), ChatKind.GROUP.value, clock.now(), uri=far.chat_uri, local=False)
    return await store.find_by_uri_for_worker(far.chat_uri)


async def _strangers(chat: Chat, far: FarEvent) -> set[int]:
    """People here whom an event says to be in a group that they are not in, were not invited to and did not
    ask to enter: nobody is put into one.
    """
    if far.kind not in (ChatEventKind.INVITED, ChatEventKind.JOINED):
        return set()
    named = {account_id for account_id, _ in far.roster}
    if far.kind == ChatEventKind.JOINED:
        named.add(far.about_id)
    return await chat_wishes.not_asked(chat.id, chat.uri, named)


async def _stay_out(unit: UnitOfWork, chat: Chat, account_id: int) -> None:
    await chat_marks.refuse(chat.id, account_id)
    await chat_wishing.wish(unit, chat, account_id, ChatEventKind.LEFT)


def _body(far: FarEvent) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if far.text is not None:
        body |= {"text": far.text, "html": sanitize.clean(far.html)}
    for name, value in (
        ("reply_to_seq", far.reply_to_seq),
        ("account_id", far.subject_id),
        ("role", far.role),
        ("avatar", far.avatar),
        ("name", (far.emoji or far.name)[:NAME_CHARACTERS]),
    ):
        if value:
            body[name] = value
    if far.roster:
        body["roster"] = [[account_id, role] for account_id, role in far.roster]
    return body


async def marked(home: Account, chat_uri: str, member_id: int, delivered_seq: int, read_seq: int) -> int:
    """How far a member of another server is, as their server or that of the group says.

    Returns: the last event that is said to be there, when it is not here yet: it is to be asked for; else 0
    Raises:  NotFound; Forbidden when neither says so
    """
    chat = await store.find_by_uri_for_worker(chat_uri)
    member = None if chat is None else await store.member_for_worker(chat.id, member_id)
    if chat is None or member is None:
        raise NotFound
    about = await accounts.get(member_id)
    if not about.host or home.host != (about.host if chat.local else urlsplit(chat_uri).netloc):
        raise Forbidden("Nobody else says how far somebody is")
    async with db.unit_of_work() as unit:
        has_come = await chat_marks.rise(chat.id, member_id, delivered_seq, is_read=False)
        has_read = await chat_marks.rise(chat.id, member_id, read_seq, is_read=True)
        if has_come or has_read:
            told = tuple(await chat_log.listeners(chat.id))
            unit.emit(ChatMarked(local=chat.local, chat_id=chat.id, member_id=member_id, account_ids=told))
            if chat.local:
                unit.emit(GroupMarked(local=True, chat_id=chat.id, member_id=member_id))
    return delivered_seq if not chat.local and delivered_seq > chat.last_seq else 0


def require_here(chat: Chat) -> None:
    """Raises Invalid for what can be done on the group's own server alone."""
    if not chat.local:
        raise Invalid("Validation failed: That is done on the server where this group was begun")
