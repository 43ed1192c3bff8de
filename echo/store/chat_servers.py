"""The servers of those in a group: where events of it go, and who gives it its order."""

from __future__ import annotations

from datetime import datetime

from echo import db
from echo.models import ChatEvent
from echo.store import loading

# Those of a server ($2) who may read an event, or whom it is about.
_READER = (
    "SELECT 1 FROM chat_members m JOIN accounts a ON a.id = m.account_id WHERE m.chat_id = t.chat_id"
    " AND a.host = $2 AND a.host <> '' AND a.deleted_at IS NULL"
    " AND (m.account_id = coalesce((t.body->>'account_id')::bigint, t.actor_id)"
    " OR (m.joined_seq <= t.seq AND (m.left_seq IS NULL OR m.left_seq >= t.seq)))"
)


async def has_readers_here(chat_id: int) -> bool:
    """Whether a member of a group is here: then no event of it may be missed."""
    found = await db.fetch_value(
        "SELECT 1 FROM chat_members m JOIN users u ON u.id = m.account_id"
        " WHERE m.chat_id = $1 AND m.state = 'active' LIMIT 1",
        chat_id,
    )
    return found is not None


async def inboxes_of(chat_id: int, seq: int, subject_id: int) -> list[str]:
    """Where an event of a group goes: the servers of those who may read it, and of whom it is about."""
    rows = await db.fetch(
        "SELECT DISTINCT coalesce(nullif(a.shared_inbox, ''), a.inbox) AS url FROM chat_members m"
        " JOIN accounts a ON a.id = m.account_id AND a.host <> '' AND a.deleted_at IS NULL"
        " WHERE m.chat_id = $1 AND (m.account_id = $3 OR (m.joined_seq <= $2"
        " AND (m.left_seq IS NULL OR m.left_seq >= $2)))",
        chat_id,
        seq,
        subject_id,
    )
    return [row["url"] for row in rows]


async def other_inboxes(chat_id: int, host: str) -> list[str]:
    """The servers of those in a group, without the one of a host."""
    rows = await db.fetch(
        "SELECT DISTINCT coalesce(nullif(a.shared_inbox, ''), a.inbox) AS url FROM chat_members m"
        " JOIN accounts a ON a.id = m.account_id AND a.host <> '' AND a.deleted_at IS NULL"
        " WHERE m.chat_id = $1 AND m.state = 'active' AND a.host <> $2",
        chat_id,
        host,
    )
    return [row["url"] for row in rows]


async def readable_at(chat_id: int, host: str, after: int, limit: int) -> list[ChatEvent]:
    """Events after one that somebody of a server may read, in order."""
    rows = await db.fetch(
        f"SELECT {loading.columns(ChatEvent)} FROM chat_events t WHERE chat_id = $1 AND seq > $3"
        f" AND EXISTS ({_READER}) ORDER BY seq LIMIT $4",
        chat_id,
        host,
        after,
        limit,
    )
    return [loading.read(ChatEvent, row) for row in rows]


async def is_known_at(chat_id: int, host: str) -> bool:
    """Whether somebody of a server is in a group, was in it, or is invited."""
    found = await db.fetch_value(
        "SELECT 1 FROM chat_members m JOIN accounts a ON a.id = m.account_id"
        " WHERE m.chat_id = $1 AND a.host = $2 AND a.host <> '' LIMIT 1",
        chat_id,
        host,
    )
    return found is not None


async def copies(before: datetime, limit: int) -> list[int]:
    """Groups of other servers that somebody here is in, not compared since then; the longest ago first."""
    rows = await db.fetch(
        "SELECT c.id FROM chats c WHERE NOT c.local AND (c.compared_at IS NULL OR c.compared_at < $1)"
        " AND EXISTS (SELECT 1 FROM chat_members m JOIN users u ON u.id = m.account_id"
        " WHERE m.chat_id = c.id AND m.state = 'active') ORDER BY c.compared_at NULLS FIRST LIMIT $2",
        before,
        limit,
    )
    return [row["id"] for row in rows]


async def begin_comparing(chat_id: int, before: datetime, now: datetime) -> bool:
    """Whether a copy was not compared since then; it counts as compared from now on."""
    found = await db.fetch_value(
        "UPDATE chats SET compared_at = $3 WHERE id = $1 AND NOT local"
        " AND (compared_at IS NULL OR compared_at < $2) RETURNING 1",
        chat_id,
        before,
        now,
    )
    return found is not None


async def somebody_at_home(chat_id: int) -> int | None:
    """Somebody of the server that gives a group its order."""
    found = await db.fetch_value(
        "SELECT a.id FROM chats c JOIN chat_members m ON m.chat_id = c.id"
        " JOIN accounts a ON a.id = m.account_id WHERE c.id = $1 AND a.host <> ''"
        " AND a.host = split_part(c.uri, '/', 3) ORDER BY m.id LIMIT 1",
        chat_id,
    )
    return None if found is None else int(found)


async def inbox_at_home(chat_id: int) -> str:
    """Where what is wanted of a group of another server goes: to somebody of that server."""
    found = await db.fetch_value(
        "SELECT coalesce(nullif(a.shared_inbox, ''), a.inbox) AS url FROM chats c"
        " JOIN chat_members m ON m.chat_id = c.id JOIN accounts a ON a.id = m.account_id"
        " WHERE c.id = $1 AND a.host <> '' AND a.host = split_part(c.uri, '/', 3) ORDER BY m.id LIMIT 1",
        chat_id,
    )
    return str(found or "")
