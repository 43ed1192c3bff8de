"""What members keep for themselves in a chat: how far they got and read it, and what they want of it."""

from __future__ import annotations

from datetime import datetime

from echo import db
from echo.kinds_of_chats import ChatRequest


async def rise(chat_id: int, account_id: int, seq: int, *, is_read: bool) -> bool:
    """Somebody got a chat up to an event, or has read it up to there; False when that is nothing new.

    Never beyond what they may read, and never back.
    """
    found = await db.fetch_value(
        "UPDATE chat_members m SET delivered_seq = greatest(m.delivered_seq, n.seq),"
        " read_seq = CASE WHEN $4 THEN greatest(m.read_seq, n.seq) ELSE m.read_seq END"
        " FROM (SELECT least($3, c.last_seq, coalesce(o.left_seq, $3)) AS seq FROM chats c"
        " JOIN chat_members o ON o.chat_id = c.id AND o.account_id = $2 WHERE c.id = $1) n"
        " WHERE m.chat_id = $1 AND m.account_id = $2 AND m.joined_seq IS NOT NULL"
        " AND (m.delivered_seq < n.seq OR ($4 AND m.read_seq < n.seq)) RETURNING 1",
        chat_id,
        account_id,
        seq,
        is_read,
    )
    return found is not None


async def mute(chat_id: int, account_id: int, until: datetime | None) -> bool:
    """Be quiet about a chat until then; None: tell of it again. False when that was so."""
    count = await db.execute(
        "UPDATE chat_members SET muted_until = $3 WHERE chat_id = $1 AND account_id = $2"
        " AND muted_until IS DISTINCT FROM $3",
        chat_id,
        account_id,
        until,
    )
    return count > 0


async def hide(chat_id: int, account_id: int) -> None:
    """Take a chat off somebody's list until something comes."""
    await db.execute(
        "UPDATE chat_members m SET hidden_seq = c.last_seq FROM chats c"
        " WHERE c.id = m.chat_id AND m.chat_id = $1 AND m.account_id = $2",
        chat_id,
        account_id,
    )


async def hide_message(chat_id: int, seq: int, account_id: int, at: datetime) -> bool:
    """Take a message off somebody's view for ever; False when it is off already."""
    row = await db.fetch_one(
        "INSERT INTO chat_hidings (chat_id, message_seq, account_id, hidden_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING RETURNING id",
        chat_id,
        seq,
        account_id,
        at,
    )
    return row is not None


async def forget_hidings(chat_id: int, seq: int) -> None:
    """A message is gone for everybody."""
    await db.execute("DELETE FROM chat_hidings WHERE chat_id = $1 AND message_seq = $2", chat_id, seq)


async def ask(chat_id: int, account_id: int) -> None:
    """Somebody is asked first whether they want this chat."""
    await _set_request(chat_id, account_id, ChatRequest.WAITING)


async def let_in(chat_id: int, account_id: int) -> bool:
    """They want it; whether they were asked first."""
    row = await db.fetch_one(
        "UPDATE chat_members m SET request = '', wants = true"
        " FROM (SELECT id, request FROM chat_members WHERE chat_id = $1 AND account_id = $2) b"
        " WHERE m.id = b.id AND (m.request <> '' OR NOT m.wants) RETURNING b.request",
        chat_id,
        account_id,
    )
    return row is not None and row["request"] != ""


async def refuse(chat_id: int, account_id: int) -> bool:
    """They do not; False when they have said so."""
    return await _set_request(chat_id, account_id, ChatRequest.REFUSED)


async def _set_request(chat_id: int, account_id: int, request: ChatRequest) -> bool:
    count = await db.execute(
        "UPDATE chat_members SET request = $3, wants = false"
        " WHERE chat_id = $1 AND account_id = $2 AND request <> $3",
        chat_id,
        account_id,
        request.value,
    )
    return count > 0
