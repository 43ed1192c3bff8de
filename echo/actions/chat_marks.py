"""What members of a chat keep for themselves, and what of it others are told: how far they have read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from echo import clock, db
from echo.db import UnitOfWork
from echo.errors import NotFound
from echo.events import AccountChanged, ChatMarked, GroupMarked, MessageHidden, Met, PresenceChosen
from echo.kinds_of_chats import ChatRequest, ChatWriters
from echo.models import ChatPreference
from echo.policy.viewer import Viewer
from echo.store import chat_log, chat_marks, chats

_OF_PRESENCE = ("share_presence", "share_last_seen", "invisible")
# The same moment each time, so that the second time is nothing new.
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


async def read(account_id: int, chat_id: int, seq: int) -> None:
    """One has read a chat up to an event. Never goes back. Raises NotFound."""
    await _rise(account_id, chat_id, seq, is_read=True)


async def delivered(account_id: int, chat_id: int, seq: int) -> None:
    """A device of one has got a chat up to an event. Raises NotFound."""
    await _rise(account_id, chat_id, seq, is_read=False)


async def _rise(account_id: int, chat_id: int, seq: int, *, is_read: bool) -> None:
    async with db.unit_of_work() as unit:
        seat = await chats.get(Viewer(account_id), chat_id)
        if not await chat_marks.rise(chat_id, account_id, seq, is_read=is_read):
            return
        # Who keeps their reading to themselves tells it to their own devices alone; who has not let the
        # other in says nothing at all.
        is_told = seat.is_active and seat.member.request == ChatRequest.NONE
        if is_read:
            is_told = is_told and (await chats.preference(account_id)).share_read
        told = await chat_log.listeners(chat_id) if is_told else [account_id]
        _emit(unit, chat_id, account_id, told)
        if is_told and seat.chat.uri:
            unit.emit(GroupMarked(local=True, chat_id=chat_id, member_id=account_id))


async def mute(account_id: int, chat_id: int, duration: timedelta | None) -> None:
    """Be quiet about a chat for that long; None: until it is unmuted. Raises NotFound."""
    async with db.unit_of_work() as unit:
        await chats.get(Viewer(account_id), chat_id)
        until = FOREVER if duration is None else clock.now() + duration
        if await chat_marks.mute(chat_id, account_id, until):
            _emit(unit, chat_id, account_id, [account_id])


async def unmute(account_id: int, chat_id: int) -> None:
    """Hear of it again. Raises NotFound."""
    async with db.unit_of_work() as unit:
        await chats.get(Viewer(account_id), chat_id)
        if await chat_marks.mute(chat_id, account_id, None):
            _emit(unit, chat_id, account_id, [account_id])


async def hide_message(account_id: int, chat_id: int, seq: int) -> None:
    """Delete a message for oneself alone, for good.

    Raises:  NotFound for what one may not read, or has hidden
    """
    async with db.unit_of_work() as unit:
        await chats.message(Viewer(account_id), chat_id, seq)
        if await chat_marks.hide_message(chat_id, seq, account_id, clock.now()):
            unit.emit(MessageHidden(local=True, account_id=account_id, chat_id=chat_id, seq=seq))


async def answer_request(account_id: int, chat_id: int, *, is_wanted: bool) -> None:
    """Let in a stranger who wrote, or not; the other is not told. Raises NotFound when nobody waits."""
    async with db.unit_of_work() as unit:
        seat = await chats.get(Viewer(account_id), chat_id)
        if seat.member.request == ChatRequest.NONE:
            raise NotFound
        if not await (chat_marks.let_in if is_wanted else chat_marks.refuse)(chat_id, account_id):
            return
        _emit(unit, chat_id, account_id, [account_id])
        other = await chats.other_of(chat_id, account_id)
        unit.emit(Met(local=True, account_id=account_id, other_ids=(other.id,)))


async def prefer(
    account_id: int, *, who_may_write: ChatWriters | None = None, **choices: bool
) -> ChatPreference:
    """Change what one wants of chats.

    Shapes:  choices: the columns of `ChatPreference` that are yes or no, those that change
    """
    async with db.unit_of_work() as unit:
        known, _ = await ChatPreference.get_or_create(account_id=account_id)
        if who_may_write is not None:
            # Other servers are told whether anybody may write at all.
            if (
                ChatWriters.NOBODY in (who_may_write, known.who_may_write)
                and known.who_may_write != who_may_write
            ):
                unit.emit(AccountChanged(local=True, account_id=account_id))
            known.who_may_write = who_may_write.value
        if any(choices.get(name, getattr(known, name)) != getattr(known, name) for name in _OF_PRESENCE):
            unit.emit(PresenceChosen(local=True, account_id=account_id))
        known.update_from_dict(choices)
        await known.save()
    return known


def _emit(unit: UnitOfWork, chat_id: int, member_id: int, account_ids: list[int]) -> None:
    unit.emit(ChatMarked(local=True, chat_id=chat_id, member_id=member_id, account_ids=tuple(account_ids)))
