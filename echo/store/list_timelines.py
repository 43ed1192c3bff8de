"""Which posts belong on which list: for a new post all lists, for a list its newest posts."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.policy.visibility import visible_to
from echo.store.timelines import UNMUTED, WANTED
from echo.store.together import Together

# Of so many times more posts than are kept, the newest, those that belong on a list are picked out: what a
# list costs must not grow with what its members wrote years ago.
_LOOKED_AT = 4

# A post of a member belongs on a list `l` of its owner $1, when it is no direct one and, if it answers
# somebody else, when the owner wants such answers. `fo`: the follow of the member.
_BELONGS = f"""(
    {WANTED} AND p.visibility <> 'direct' AND (fo.id IS NOT NULL OR p.author_id = $1)
    AND ((p.in_reply_to_id IS NULL AND p.in_reply_to_uri = '')
        OR p.in_reply_to_account_id IN (p.author_id, $1)
        OR (l.replies_policy = 'followed' AND EXISTS (SELECT 1 FROM follows fr WHERE fr.follower_id = $1
            AND fr.state = 'accepted' AND fr.followee_id = p.in_reply_to_account_id OFFSET 0))
        OR (l.replies_policy = 'list' AND EXISTS (SELECT 1 FROM list_members lr WHERE lr.list_id = l.id
            AND lr.account_id = p.in_reply_to_account_id OFFSET 0))))"""

_FOLLOW = """LEFT JOIN LATERAL (SELECT f.id, f.boosts, f.languages FROM follows f
        WHERE f.follower_id = l.account_id AND f.followee_id = p.author_id AND f.state = 'accepted' OFFSET 0)
        fo ON true"""

_OWNER = "l.account_id"
_SHOWN = f"{_BELONGS} AND {UNMUTED}".replace("$1", _OWNER)

_CANDIDATES = f"""
    WITH newest AS MATERIALIZED (
        SELECT c.id FROM list_members m JOIN LATERAL (SELECT q.id FROM posts q
            WHERE q.author_id = m.account_id AND q.deleted_at IS NULL ORDER BY q.id DESC LIMIT $3) c ON true
        WHERE m.list_id = $1 ORDER BY c.id DESC LIMIT $3)
    SELECT p.id FROM newest JOIN lists l ON l.id = $1
    JOIN LATERAL (SELECT * FROM posts q WHERE q.id = newest.id OFFSET 0) p ON true
    JOIN LATERAL (SELECT * FROM accounts q WHERE q.id = p.author_id OFFSET 0) a ON true
    {_FOLLOW}
    WHERE {_SHOWN} AND {visible_to(_OWNER)} ORDER BY p.id DESC LIMIT $2
"""

_RECIPIENTS = f"""
    SELECT p.id AS post_id, l.id, l.account_id FROM unnest($1::bigint[]) AS wanted(post_id)
    JOIN LATERAL (SELECT * FROM posts q WHERE q.id = wanted.post_id OFFSET 0) p ON true
    JOIN LATERAL (SELECT * FROM accounts q WHERE q.id = p.author_id OFFSET 0) a ON true
    JOIN LATERAL (SELECT q.list_id FROM list_members q WHERE q.account_id = p.author_id OFFSET 0) m ON true
    JOIN LATERAL (SELECT * FROM lists q WHERE q.id = m.list_id OFFSET 0) l ON true
    {_FOLLOW}
    WHERE {_SHOWN} AND {visible_to(_OWNER)}
"""


async def candidates(list_id: int, limit: int) -> list[Row]:
    """The timeline of a list from the rows: (id) of the newest posts that belong there, newest first."""
    return await db.fetch(_CANDIDATES, list_id, limit, limit * _LOOKED_AT)


async def recipients(post_id: int) -> list[Row]:
    """Rows (id, account_id, post_id) of the lists that a post belongs on, with their owners."""
    return await _BELONGING.ask(post_id) or []


async def _recipients(post_ids: Sequence[int]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in await db.fetch(_RECIPIENTS, list(post_ids)):
        found.setdefault(row["post_id"], []).append(row)
    return found


_BELONGING = Together(_recipients)


async def holds(list_id: int, post_id: int) -> bool:
    """Whether a post belongs on a list now."""
    return any(row["id"] == list_id for row in await recipients(post_id))


async def readers(author_id: int) -> list[Row]:
    """Rows (id, account_id) of all lists that may have something of this author."""
    return await db.fetch(
        "SELECT l.id, l.account_id FROM list_members m JOIN lists l ON l.id = m.list_id"
        " WHERE m.account_id = $1",
        author_id,
    )
