"""What members elsewhere want of a group of ours, and what people here want of groups elsewhere."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from activitypub import group_chats as wire
from activitypub.activities import Create
from activitypub.write.activity import embedded
from echo import addresses, ids
from echo.actions import chat_groups, chat_messages, chat_wishing
from echo.actions.chat_messages import MessageDraft
from echo.errors import EchoError, NotFound, TooMany
from echo.kinds_of_chats import ChatEventKind, ChatRole
from echo.models import Account
from echo.store import chats
from echo.text import sanitize
from federation import group_links, outbox, recipients
from federation.group_parts import account, attachments
from federation.reasons import Reason
from federation.sending import hand_over
from federation.server_actor import ensure_server_actor
from federation.translate import files


async def send_chat_wish(
    chat_uri: str, inbox: str, account_id: int, kind: str, message_seq: int | None, said: str, wish_id: int
) -> None:
    """Say to the server of a group what somebody here wants."""
    actor = addresses.here().actor(account_id)
    wanted: dict[str, Any] = msgspec.json.decode(said)
    attached = await attachments(wanted.pop("media_ids", []))
    thing = wire.GroupWish(
        id=f"{actor}#wishes/{wish_id}",
        chat=chat_uri,
        kind=kind,
        actor=actor,
        message_seq=message_seq,
        files=attached,
        **wanted,
    )
    activity = Create(
        id=f"{thing.id}/activity", actor=actor, object=embedded(wire.write(thing)), to=(chat_uri,)
    )
    await hand_over(outbox.outgoing(activity, account_id, key=chat_uri), recipients.places([inbox]))


async def take_refusal(refusal: wire.GroupRefusal, home: Account) -> Reason:
    """The server of a group says that something will not be."""
    actor, _, number = refusal.wish.partition("#wishes/")
    account_id, wish_id = addresses.here().actor_id_in(actor), ids.parse_id(number)
    if account_id is None or wish_id is None:
        return Reason.UNKNOWN_OBJECT
    is_known = await chat_wishing.refused(home, refusal.chat, account_id, wish_id, refusal.reason)
    return Reason.EFFECT if is_known else Reason.UNKNOWN_OBJECT


async def answer(wish: wire.GroupWish, actor: Account) -> Reason:
    """Grant a wish, or say why not to who wished it.

    Raises:  EchoError, as the action does
    """
    try:
        return await _grant(wish, actor)
    except EchoError as error:
        if error.status < 500 and not isinstance(error, TooMany) and actor.accepts_groups:
            await _refuse(wish, actor, error.public)
        raise


async def _refuse(wish: wire.GroupWish, actor: Account, reason: str) -> None:
    sender_id = await ensure_server_actor()
    ours = addresses.here().actor(sender_id)
    digest = hashlib.sha256(wish.id.encode()).hexdigest()[:32]
    refusal = wire.GroupRefusal(id=f"{ours}#refusals/{digest}", chat=wish.chat, wish=wish.id, reason=reason)
    activity = Create(
        id=f"{refusal.id}/activity", actor=ours, object=embedded(wire.write_refusal(refusal)), to=(actor.uri,)
    )
    await hand_over(outbox.outgoing(activity, sender_id, key=wish.chat), await recipients.of_one(actor.id))


async def _grant(wish: wire.GroupWish, actor: Account) -> Reason:
    """Do what a member elsewhere wants, as if they were here: the same rules hold."""
    chat = await chats.find_by_uri_for_worker(wish.chat)
    if wish.actor != actor.uri:
        return Reason.FOREIGN_AUTHOR
    if wish.kind == ChatEventKind.JOINED and wish.token is not None:
        await group_links.enter(wish, actor)
        return Reason.EFFECT
    if chat is None or not chat.local:
        raise NotFound
    seq = wish.message_seq or 0
    match wish.kind:
        case ChatEventKind.CREATED:
            draft = MessageDraft(
                text=wish.text or "",
                reply_to_seq=wish.reply_to_seq,
                key=(wish.key or wish.id)[:255],
                files=files.read(wish.files),
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
            return await _lead(wish, actor.id, chat.id)
    return Reason.EFFECT


async def _lead(wish: wire.GroupWish, actor_id: int, chat_id: int) -> Reason:
    """What those do who lead a group, wherever they are."""
    match wish.kind:
        case ChatEventKind.PINNED | ChatEventKind.UNPINNED:
            is_pinned = wish.kind == ChatEventKind.PINNED
            await chat_messages.pin(actor_id, chat_id, wish.message_seq or 0, is_pinned=is_pinned)
        case ChatEventKind.RENAMED:
            await chat_groups.rename(actor_id, chat_id, wish.name or "")
        case ChatEventKind.AVATAR if wish.icon is None or sanitize.safe_url(wish.icon):
            await chat_groups.picture(actor_id, chat_id, wish.icon or "")
        case ChatEventKind.INVITED if wish.subject is not None:
            await chat_groups.invite(actor_id, chat_id, await account(wish.subject))
        case ChatEventKind.REMOVED if wish.subject is not None:
            await chat_groups.remove(actor_id, chat_id, await account(wish.subject))
        case ChatEventKind.ROLE if wish.subject is not None and wish.role in set(ChatRole):
            about = await account(wish.subject)
            await chat_groups.appoint(actor_id, chat_id, about, ChatRole(wish.role))
        case _:
            return Reason.UNSUPPORTED_OBJECT
    return Reason.EFFECT
