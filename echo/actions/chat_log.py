"""Every change of a chat ends here: one event more in its log, what follows from it, and who hears of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from echo import clock, ids
from echo.actions import chat_notices
from echo.db import UnitOfWork
from echo.events import ChatChanged, GroupTold, Met
from echo.kinds_of_chats import ChatEventKind
from echo.models import Chat, ChatEvent
from echo.store import chat_hearers, chat_log, chat_marks, chat_projection, search_messages

# What lets people see each other's presence, or ends it.
_MEETING = (ChatEventKind.JOINED, ChatEventKind.LEFT, ChatEventKind.REMOVED)
# What changes the words of a message.
_SAYING = (ChatEventKind.CREATED, ChatEventKind.EDITED, ChatEventKind.DELETED)


async def append(
    unit: UnitOfWork,
    chat: Chat,
    kind: ChatEventKind,
    actor_id: int,
    body: dict[str, Any] | None = None,
    *,
    message_seq: int | None = None,
    post_id: int | None = None,
    key: str = "",
    at: datetime | None = None,
) -> ChatEvent:
    """Write an event. Whoever calls holds the chat (`echo.store.chat_log.hold`), so that `seq` has no gaps.

    Shapes:  body: what is needed to do it again; at: when it happened elsewhere
    """
    event = await chat_log.add(
        ids.new_id(),
        chat.id,
        kind.value,
        actor_id,
        body or {},
        at or clock.now(),
        message_seq=message_seq,
        post_id=post_id,
        key=key,
    )
    chat.last_seq = event.seq
    await chat_projection.apply(event)
    if kind == ChatEventKind.CREATED:
        await chat_notices.tell_of(unit, chat, event)
    if event.message_seq is not None and kind in _SAYING:
        await search_messages.refresh(chat.id, event.message_seq)
    if kind == ChatEventKind.DELETED and message_seq is not None:
        await chat_hearers.forget_message(chat.id, message_seq)
        await chat_marks.forget_hidings(chat.id, message_seq)
        await chat_log.blank(chat.id, message_seq)
    # Whoever is invited, or put out, hears of that too.
    subject = chat_projection.subject_of(event)
    told = await chat_log.listeners(chat.id, with_id=subject)
    others = tuple(account_id for account_id in told if account_id != subject)
    if kind in _MEETING and others:
        unit.emit(Met(local=chat.local, account_id=subject or actor_id, other_ids=others))
    if chat.local and chat.uri:
        unit.emit(GroupTold(local=True, chat_id=chat.id, seq=event.seq))
    unit.emit(ChatChanged(local=chat.local, chat_id=chat.id, seq=event.seq, account_ids=tuple(told)))
    return event
