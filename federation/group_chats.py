"""Groups that several Echos share. The server where one was begun gives the order, and tells the servers of
the members; members elsewhere say to it what they want.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from activitypub import group_chats as wire
from activitypub.activities import Create
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.read import read_collection
from activitypub.write.activity import embedded
from echo import addresses
from echo.actions import chat_copies, chat_groups, chat_messages
from echo.actions.chat_copies import FarEvent
from echo.actions.chat_messages import MessageDraft
from echo.errors import NotFound
from echo.kinds_of_chats import ChatEventKind, MemberState
from echo.models import Account, Chat, ChatEvent
from echo.store import accounts, chat_log, chat_servers, chats
from echo.store.chat_projection import subject_of
from federation import fetch, outbox, recipients, resolve
from federation.judge import is_same_origin
from federation.network import allow_http
from federation.reasons import Reason
from federation.sending import hand_over
from federation.server_actor import ensure_server_actor

# Looking up who is in a group, when somebody here comes in.
LOOKUP_SECONDS = 20.0
# What is fetched at most for one event that came too early; the next try goes on.
MOST_PAGES, MOST_OF_PAGE = 10, 200
_COMES_IN = (ChatEventKind.INVITED, ChatEventKind.JOINED)
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
        members = tuple([wire.Seat(actor=await _uri(one.account_id), role=one.role) for one in there])
    is_emoji = event.kind in (ChatEventKind.REACTED, ChatEventKind.UNREACTED)
    return wire.GroupEvent(
        id=f"{chat.uri}/events/{event.seq}",
        chat=chat.uri,
        seq=event.seq,
        kind=event.kind,
        actor=await _uri(event.actor_id),
        at=event.created_at,
        message_seq=event.message_seq,
        reply_to_seq=body.get("reply_to_seq"),
        subject=await _uri(body["account_id"]) if "account_id" in body else None,
        text=body.get("text"),
        html=body.get("html"),
        emoji=body.get("name") if is_emoji else None,
        role=body.get("role"),
        name=chat.name if event.kind in _COMES_IN else None if is_emoji else body.get("name"),
        key=event.key or None,
        members=members,
    )


async def send_chat_wish(
    chat_uri: str, inbox: str, account_id: int, kind: str, message_seq: int | None, said: str, wish_id: int
) -> None:
    """Say to the server of a group what somebody here wants."""
    actor = addresses.here().actor(account_id)
    thing = wire.GroupWish(
        id=f"{actor}#wishes/{wish_id}",
        chat=chat_uri,
        kind=kind,
        actor=actor,
        message_seq=message_seq,
        **msgspec.json.decode(said),
    )
    activity = Create(
        id=f"{thing.id}/activity", actor=actor, object=embedded(wire.write(thing)), to=(chat_uri,)
    )
    await hand_over(outbox.outgoing(activity, account_id, key=chat_uri), recipients.places([inbox]))


async def receive(document: Document, actor: Account) -> Reason:
    """An event of a group, from the server where that was begun, or a wish of a member."""
    try:
        if document.type == wire.EVENT:
            return await _take_event(wire.read_event(document), actor)
        return await _grant(wire.read_wish(document), actor)
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
            if item.document is None or item.document.type != wire.EVENT:
                continue
            event = wire.read_event(item.document)
            if event.chat == chat_uri and event.kind in _KINDS:
                await chat_copies.receive(home, await _far(event), is_next=True)
        place = page.next


async def _far(event: wire.GroupEvent) -> FarEvent:
    return FarEvent(
        chat_uri=event.chat,
        seq=event.seq,
        kind=ChatEventKind(event.kind),
        actor_id=await _account(event.actor),
        at=event.at,
        message_seq=event.message_seq,
        reply_to_seq=event.reply_to_seq,
        subject_id=None if event.subject is None else await _account(event.subject),
        text=event.text,
        html=event.html or "",
        emoji=event.emoji or "",
        role=event.role or "",
        name=event.name or "",
        key=event.key or "",
        roster=await _roster(event.members),
    )


async def _grant(wish: wire.GroupWish, actor: Account) -> Reason:
    """Do what a member elsewhere wants, as if they were here: the same rules hold."""
    chat = await chats.find_by_uri_for_worker(wish.chat)
    if chat is None or not chat.local or wish.actor != actor.uri:
        return Reason.UNKNOWN_OBJECT
    seq = wish.message_seq or 0
    match wish.kind:
        case ChatEventKind.CREATED:
            draft = MessageDraft(
                text=wish.text or "", reply_to_seq=wish.reply_to_seq, key=(wish.key or wish.id)[:255]
            )
            await chat_messages.send(actor.id, chat.id, draft)
        case ChatEventKind.EDITED:
            await chat_messages.edit(actor.id, chat.id, seq, wish.text or "")
        case ChatEventKind.DELETED:
            await chat_messages.delete(actor.id, chat.id, seq)
        case ChatEventKind.REACTED | ChatEventKind.UNREACTED:
            is_there = wish.kind == ChatEventKind.REACTED
            await chat_messages.react(actor.id, chat.id, seq, wish.emoji or "", is_there=is_there)
        case ChatEventKind.JOINED:
            await chat_groups.enter(actor.id, chat.id)
        case ChatEventKind.LEFT:
            await chat_groups.leave(actor.id, chat.id)
        case _:
            return Reason.UNSUPPORTED_OBJECT
    return Reason.EFFECT


async def _roster(members: tuple[wire.Seat, ...]) -> list[tuple[int, str]]:
    """Those in a group, as far as they can be looked up in time."""
    found: list[tuple[int, str]] = []
    try:
        async with asyncio.timeout(LOOKUP_SECONDS):
            for seat in members:
                try:
                    found.append((await _account(seat.actor), seat.role))
                except NotFound:
                    continue
    except TimeoutError:
        pass
    return found


async def _account(uri: str) -> int:
    """Raises NotFound; FederationError when another server has to be asked and does not help."""
    known = await accounts.find_by_uri(uri)
    if known is not None:
        return int(known.id)
    return int((await resolve.account(uri)).id)


async def _uri(account_id: int) -> str:
    account = await accounts.find_any(account_id)
    if account is None:
        raise NotFound
    return str(account.uri)
