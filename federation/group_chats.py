"""Groups that several Echos share. The server where one was begun gives the order, and tells the servers of
the members; members elsewhere say to it what they want.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

from activitypub import group_chats as wire
from activitypub.activities import Create
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.read import read_collection
from activitypub.write.activity import embedded
from echo import addresses, clock
from echo.actions import chat_copies
from echo.actions.chat_copies import FarEvent
from echo.errors import EchoError, NotFound
from echo.kinds_of_chats import ChatEventKind, ChatRole, MemberState
from echo.models import Account, Chat, ChatEvent
from echo.store import accounts, chat_log, chat_servers, chats
from echo.store.chat_projection import subject_of
from echo.text import sanitize
from federation import fetch, group_wishes, outbox, recipients
from federation.errors import Exhausted, FederationError, Unreachable
from federation.group_parts import account, attachments, uri_of
from federation.judge import is_same_origin
from federation.network import allow_http
from federation.reasons import Reason
from federation.sending import hand_over
from federation.server_actor import ensure_server_actor
from federation.translate import files

log = logging.getLogger(__name__)

# Looking up who is in a group, when somebody here comes in.
LOOKUP_SECONDS = 20.0
# What is fetched at most for one event that came too early; the next try goes on.
MOST_PAGES, MOST_OF_PAGE = 10, 200
# For how long a group waits for the server of somebody in it who is not known here.
PATIENCE = timedelta(days=1)
_COMES_IN = (ChatEventKind.INVITED, ChatEventKind.JOINED)
_ABOUT_A_MESSAGE = (
    *(ChatEventKind.EDITED, ChatEventKind.DELETED, ChatEventKind.PINNED, ChatEventKind.UNPINNED),
    *(ChatEventKind.REACTED, ChatEventKind.UNREACTED),
)
_KINDS = frozenset(kind.value for kind in ChatEventKind)


async def send_chat_event(chat_id: int, seq: int) -> None:
    """Tell the servers of the members what happened in a group of ours."""
    chat, event = await chats.find_for_worker(chat_id), await chat_log.find(chat_id, seq)
    if chat is None or event is None:
        return
    inboxes = await chat_servers.inboxes_of(chat_id, seq, subject_of(event))
    if not inboxes:
        return
    sender_id = await ensure_server_actor()
    thing = await written(chat, event)
    activity = Create(
        id=f"{thing.id}/activity",
        actor=addresses.here().actor(sender_id),
        object=embedded(wire.write(thing)),
        to=(chat.uri,),
    )
    await hand_over(outbox.outgoing(activity, sender_id, key=chat.uri), recipients.places(inboxes))


async def written(chat: Chat, event: ChatEvent) -> wire.GroupEvent:
    """An event of a group of ours as other servers read it."""
    body: dict[str, Any] = event.body
    members: tuple[wire.Seat, ...] = ()
    if event.kind in _COMES_IN:
        there = await chats.members(chat.id, states=(MemberState.ACTIVE,))
        members = tuple([wire.Seat(actor=await uri_of(one.account_id), role=one.role) for one in there])
    is_emoji = event.kind in (ChatEventKind.REACTED, ChatEventKind.UNREACTED)
    return wire.GroupEvent(
        id=f"{chat.uri}/events/{event.seq}",
        chat=chat.uri,
        seq=event.seq,
        kind=event.kind,
        actor=await uri_of(event.actor_id),
        at=event.created_at,
        message_seq=event.message_seq,
        reply_to_seq=body.get("reply_to_seq"),
        subject=await uri_of(body["account_id"]) if "account_id" in body else None,
        text=body.get("text"),
        html=body.get("html"),
        emoji=body.get("name") if is_emoji else None,
        role=body.get("role"),
        name=chat.name if event.kind in _COMES_IN else None if is_emoji else body.get("name"),
        key=event.key or None,
        icon=addresses.here().file(body["avatar"]) if body.get("avatar") else None,
        files=await attachments(body.get("media_ids", [])),
        members=members,
    )


async def receive(document: Document, actor: Account) -> Reason:
    """An event of a group, of the server where that was begun; a wish of a member, or that it is refused."""
    try:
        if document.type == wire.EVENT:
            return await _take_event(wire.read_event(document), actor)
        if document.type == wire.MARKS:
            return await _take_marks(wire.read_marks(document), actor)
        if document.type == wire.REFUSAL:
            return await group_wishes.take_refusal(wire.read_refusal(document), actor)
        return await group_wishes.answer(wire.read_wish(document), actor)
    except Malformed:
        return Reason.MALFORMED


async def _take_event(event: wire.GroupEvent, home: Account) -> Reason:
    if event.kind not in _KINDS:
        return Reason.UNSUPPORTED_OBJECT
    far = await _far(event)
    try:
        is_new = await chat_copies.receive(home, far)
    except chat_copies.Behind as behind:
        await _catch_up(home, event.chat, behind.last_seq)
        is_new = await chat_copies.receive(home, far)
    return Reason.EFFECT if is_new else Reason.UNRELATED


async def _catch_up(home: Account, chat_uri: str, last_seq: int) -> None:
    """Ask the server of a group for what did not come. What was taken in stays, if this comes to no end.

    Raises:  FederationError, Malformed
    """
    place: str | None = f"{chat_uri}/events?after={last_seq}"
    for _ in range(MOST_PAGES):
        if place is None or not is_same_origin(place, chat_uri):
            return
        page = read_collection(await fetch.collection(place), at_most=MOST_OF_PAGE, allow_http=allow_http())
        for item in page.items:
            if item.document is not None and item.document.type == wire.EVENT:
                await _take_late(home, chat_uri, item.document)
        place = page.next


async def _take_late(home: Account, chat_uri: str, document: Document) -> None:
    """One event that did not come by itself.

    Left out is what cannot be read, and what somebody did whom their server does not give, after a while also
    when it is silent: else nothing that came later would ever be here.

    Raises:  FederationError when it may be different soon
    """
    try:
        event = wire.read_event(document)
        if event.chat != chat_uri or event.kind not in _KINDS:
            return
        far = await _far(event)
    except Malformed:
        return
    except FederationError as error:
        if isinstance(error, Unreachable | Exhausted) and event.at > clock.now() - PATIENCE:
            raise
        log.info("%s: %s is left out: %s", chat_uri, event.seq, error)
        return
    await chat_copies.receive(home, far, is_next=True)


async def compare_chat(chat_id: int) -> None:
    """Ask the server of a group for what did not come; without an answer the next time is soon enough."""
    chat, home_id = await chats.find_for_worker(chat_id), await chat_servers.somebody_at_home(chat_id)
    if chat is None or home_id is None or not await chat_servers.has_readers_here(chat_id):
        return
    try:
        await _catch_up(await accounts.get(home_id), chat.uri, chat.last_seq)
    except (FederationError, Malformed, EchoError) as error:
        log.info("%s is not compared: %s", chat.uri, error)


async def _far(event: wire.GroupEvent) -> FarEvent:
    """Raises:  Malformed; FederationError when somebody in it has to be asked for and is not given"""
    if event.kind in _ABOUT_A_MESSAGE and event.message_seq is None:
        raise Malformed("messageSeq", "about no message")
    return FarEvent(
        chat_uri=event.chat,
        seq=event.seq,
        kind=ChatEventKind(event.kind),
        actor_id=await account(event.actor),
        at=event.at,
        message_seq=event.message_seq,
        reply_to_seq=event.reply_to_seq,
        subject_id=None if event.subject is None else await account(event.subject),
        text=event.text,
        html=event.html or "",
        emoji=event.emoji or "",
        role=event.role if event.role in set(ChatRole) else "",
        name=event.name or "",
        key=event.key or "",
        avatar=sanitize.safe_url(event.icon) or "" if event.icon else "",
        files=files.read(event.files),
        roster=await _roster(event.members),
    )


async def _take_marks(marks: wire.GroupMarks, says: Account) -> Reason:
    member = await accounts.find_by_uri(marks.actor)
    if member is None:
        return Reason.UNKNOWN_OBJECT
    missing = await chat_copies.marked(says, marks.chat, member.id, marks.delivered_seq, marks.read_seq)
    if missing:  # somebody has what did not come here
        chat = await chats.find_by_uri_for_worker(marks.chat)
        if chat is not None:
            await _catch_up(says, marks.chat, chat.last_seq)
            await chat_copies.marked(says, marks.chat, member.id, marks.delivered_seq, marks.read_seq)
    return Reason.EFFECT


async def _roster(members: tuple[wire.Seat, ...]) -> list[tuple[int, str]]:
    """Those in a group, as far as they can be looked up in time."""
    found: dict[int, str] = {}
    try:
        async with asyncio.timeout(LOOKUP_SECONDS):
            for seat in members:
                role = seat.role if seat.role in set(ChatRole) else ChatRole.MEMBER.value
                try:
                    found.setdefault(await account(seat.actor), role)
                except (NotFound, FederationError) as error:
                    log.info("%s is in a group, and not known: %s", seat.actor, error)
    except TimeoutError:
        pass
    return list(found.items())
