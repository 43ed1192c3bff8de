"""Who of a chat is told of a message: people here who are in it, have not muted it and let the other in."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db

_HEARERS = """
    SELECT a.id FROM chat_members m JOIN users u ON u.id = m.account_id JOIN accounts a ON a.id = u.id
    WHERE m.chat_id = $1 AND m.account_id <> $2 AND m.state = 'active' AND m.request = ''
        AND (m.muted_until IS NULL OR m.muted_until <= now())
"""


async def all_others(chat_id: int, author_id: int) -> list[int]:
    """Everybody but the author."""
    return [row["id"] for row in await db.fetch(_HEARERS, chat_id, author_id)]


async def named(chat_id: int, author_id: int, bare: Sequence[str], here: Sequence[str]) -> list[int]:
    """Those with these names.

    Shapes:  bare: lower case, people of the author's server; here: of this one
    """
    rows = await db.fetch(
        f"{_HEARERS} AND (a.username_key = ANY($4) OR (a.username_key = ANY($3)"
        " AND EXISTS (SELECT 1 FROM users w WHERE w.id = $2)))",
        chat_id,
        author_id,
        list(bare),
        list(here),
    )
    return [row["id"] for row in rows]


async def forget_message(chat_id: int, seq: int) -> None:
    """A message that was taken back is not told of any more."""
    await db.execute(
        "DELETE FROM notifications n USING chat_messages m WHERE m.chat_id = $1 AND m.seq = $2"
        " AND n.from_id = m.author_id AND n.kind = 'chat_mention' AND n.object_id = m.id",
        chat_id,
        seq,
    )
