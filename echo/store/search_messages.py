"""The words of messages of chats, found by who may read them.

Each row is marked with its chat, and a search asks for the chats of who searches: what others say in theirs
costs nothing, however common a word is.
"""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.ports import Term
from echo.store import vectors
from echo.store.chat_reads import READABLE, READER
from echo.text.words import plain, words

# Chats of one person that are looked into, those that were written in last.
CHATS_MAX = 1000
_READ = """
    SELECT m.id, m.chat_id, m.deleted_at IS NOT NULL AS is_gone,
        coalesce(CASE WHEN m.post_id IS NULL THEN m.html ELSE p.html END, '') AS html
    FROM chat_messages m LEFT JOIN posts p ON p.id = m.post_id
"""
_PUT = """
    INSERT INTO search_messages AS s (message_id, words)
    SELECT e.id, e.words::tsvector FROM unnest($1::bigint[], $2::text[]) AS e(id, words)
    ON CONFLICT (message_id) DO UPDATE SET words = excluded.words WHERE s.words <> excluded.words
"""
# MATERIALIZED: the planner knows nothing of words, and would walk over all messages from the newest.
FIND = f"""
    WITH found AS MATERIALIZED (SELECT s.message_id FROM search_messages s
        WHERE s.words @@ (SELECT $2::text::tsquery))
    SELECT m.id FROM found f JOIN chat_messages m ON m.id = f.message_id {READER}
    WHERE {READABLE}
        AND ($3::bigint IS NULL OR m.id < $3)
    ORDER BY m.id DESC LIMIT $4
"""


async def refresh(chat_id: int, seq: int) -> None:
    """A message is new, says something else, or was taken back."""
    await _keep(await db.fetch(f"{_READ} WHERE m.chat_id = $1 AND m.seq = $2", chat_id, seq))


async def keep_below(below_id: int, limit: int) -> list[int]:
    """The next messages below an id, newest first; their ids. For whoever fills the index."""
    rows = await db.fetch(f"{_READ} WHERE m.id < $1 ORDER BY m.id DESC LIMIT $2", below_id, limit)
    await _keep(rows)
    return [row["id"] for row in rows]


async def _keep(rows: Sequence[db.Row]) -> None:
    there = [row for row in rows if not row["is_gone"]]
    gone = [row["id"] for row in rows if row["is_gone"]]
    if there:
        found = [vectors.vector(words(plain(row["html"])), [_mark(row["chat_id"])]) for row in there]
        await db.execute(_PUT, [row["id"] for row in there], found)
    if gone:
        await db.execute("DELETE FROM search_messages WHERE message_id = ANY($1)", gone)


async def find(
    account_id: int, terms: Sequence[Term], *, chat_id: int | None, below_id: int | None, limit: int
) -> list[int]:
    """Ids of messages with these words, newest first, in chats that somebody is or was in, or in one."""
    chats = [chat_id] if chat_id is not None else await _chats_of(account_id)
    if not chats or not terms:
        return []
    rows = await db.fetch(FIND, account_id, query(terms, chats), below_id, limit)
    return [row["id"] for row in rows]


def query(terms: Sequence[Term], chat_ids: Sequence[int]) -> str:
    """What must stand in a row, as the text of a tsquery."""
    marks = " | ".join(f"'{_mark(chat_id)}'" for chat_id in chat_ids)
    return f"{vectors.query(terms, ())} & ({marks})"


async def _chats_of(account_id: int) -> list[int]:
    rows = await db.fetch(
        "SELECT m.chat_id FROM chat_members m JOIN chats c ON c.id = m.chat_id"
        " WHERE m.account_id = $1 AND m.joined_seq IS NOT NULL ORDER BY c.last_at DESC LIMIT $2",
        account_id,
        CHATS_MAX,
    )
    return [row["chat_id"] for row in rows]


def _mark(chat_id: int) -> str:
    # Words begin with a letter or a digit: the beginning of one finds no mark.
    return f":{chat_id}"
