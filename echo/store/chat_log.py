"""The log of a chat. Whoever adds to it holds the row of the chat until the end of their unit of work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from echo import db
from echo.db import Row
from echo.models import Chat, ChatEvent
from echo.store import loading

_ADD = """
    WITH counted AS (UPDATE chats SET last_seq = last_seq + 1,
        last_at = CASE WHEN $3 = 'created' THEN greatest(last_at, $9) ELSE last_at END
        WHERE id = $2 RETURNING last_seq)
    INSERT INTO chat_events AS t
        (id, chat_id, seq, kind, actor_id, message_seq, post_id, key, created_at, body)
    SELECT $1, $2, counted.last_seq, $3, $4, coalesce($5, CASE WHEN $3 = 'created' THEN counted.last_seq END),
        $6, $7, $9, $8 FROM counted
    RETURNING {columns}
"""


async def hold(chat_id: int) -> Chat:
    """The chat; nobody else adds to its log until the end of the unit of work. It must be there."""
    chat = await loading.first(Chat, "id = $1 FOR UPDATE", chat_id)
    assert chat is not None, "the chat is gone"
    return chat


async def add(
    event_id: int,
    chat_id: int,
    kind: str,
    actor_id: int,
    body: dict[str, Any],
    at: datetime,
    *,
    message_seq: int | None = None,
    post_id: int | None = None,
    key: str = "",
) -> ChatEvent:
    """Write the next event."""
    row = await db.fetch_one(
        _ADD.format(columns=loading.columns(ChatEvent)),
        event_id,
        chat_id,
        kind,
        actor_id,
        message_seq,
        post_id,
        key,
        msgspec.json.encode(body).decode(),
        at,
    )
    assert row is not None, "the chat is gone"
    return loading.read(ChatEvent, row)


async def leap(chat_id: int, seq: int) -> None:
    """Go on after an event that nobody here may read; of groups of other servers only."""
    await db.execute("UPDATE chats SET last_seq = $2 WHERE id = $1 AND NOT local", chat_id, seq)


async def find_by_key(chat_id: int, actor_id: int, key: str) -> ChatEvent | None:
    """What somebody did with an idempotency key."""
    if not key:
        return None
    return await loading.first(
        ChatEvent, "chat_id = $1 AND actor_id = $2 AND key = $3 AND key <> ''", chat_id, actor_id, key
    )


async def find(chat_id: int, seq: int) -> ChatEvent | None:
    """One event, whoever may read it."""
    return await loading.first(ChatEvent, "chat_id = $1 AND seq = $2", chat_id, seq)


async def read(chat_id: int, after: int, limit: int) -> list[ChatEvent]:
    """Events after one, in order, whoever may read them."""
    rows = await db.fetch(
        f"SELECT {loading.columns(ChatEvent)} FROM chat_events t WHERE chat_id = $1 AND seq > $2"
        " ORDER BY seq LIMIT $3",
        chat_id,
        after,
        limit,
    )
    return [loading.read(ChatEvent, row) for row in rows]


async def blank(chat_id: int, message_seq: int) -> None:
    """Take the words of a deleted message out of the log; that there was something stays."""
    await db.execute(
        "UPDATE chat_events SET body = '{}' WHERE chat_id = $1 AND message_seq = $2"
        " AND kind IN ('created', 'edited', 'reacted', 'unreacted')",
        chat_id,
        message_seq,
    )


async def listeners(chat_id: int, *, with_id: int | None = None) -> list[int]:
    """The people here who may know what happens: members, and `with_id`."""
    rows = await db.fetch(
        "SELECT m.account_id FROM chat_members m JOIN users u ON u.id = m.account_id"
        " WHERE m.chat_id = $1 AND (m.state = 'active' OR m.account_id = $2) AND m.request <> 'refused'"
        " ORDER BY 1",
        chat_id,
        with_id,
    )
    return [row["account_id"] for row in rows]


async def every_id() -> list[Row]:
    """Rows (id) of all chats, for whoever makes everything anew."""
    return await db.fetch("SELECT id FROM chats ORDER BY id")
