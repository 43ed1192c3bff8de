"""People by the words of their names: these stand in a table of their own, with how famous somebody is."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db, ids
from echo.db import Row
from echo.models import Account
from echo.ports import Term, Word
from echo.replica import late
from echo.store import vectors
from echo.text.words import asked, words

CANDIDATES = 400
_ASKED_WORDS = 8
_NAME_CHARACTERS = 100

# Somebody who may be found: alive, signed up, not moved away unless asked for by name.
_LIVES = """a.deleted_at IS NULL AND a.suspended_at IS NULL AND a.kind <> 'application'
    AND (a.moved_to_uri = '' OR a.username_key = $3)
    AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = a.id
        AND (u.confirmed_at IS NULL OR u.approved_at IS NULL) OFFSET 0)
    AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = a.id AND b.blocked_id = $1 OFFSET 0)"""
# The most famous of many, those whom one follows, and whoever is called exactly so.
_BY_WORDS = f"""
    WITH found AS MATERIALIZED (SELECT s.account_id, s.fame FROM search_accounts s
        WHERE s.words @@ (SELECT $2::text::tsquery)),
    wanted AS (
        (SELECT account_id FROM found WHERE NOT $4 ORDER BY fame DESC, account_id LIMIT {CANDIDATES})
        UNION SELECT f.followee_id FROM follows f JOIN found ON found.account_id = f.followee_id
            WHERE f.follower_id = $1 AND f.state = 'accepted'
        UNION SELECT id FROM accounts WHERE username_key = $3 AND NOT $4)
    SELECT a.id FROM wanted w JOIN accounts a ON a.id = w.account_id
    LEFT JOIN account_stats t ON t.account_id = a.id
    LEFT JOIN follows f ON f.follower_id = $1 AND f.followee_id = a.id AND f.state = 'accepted'
    WHERE {_LIVES}
    ORDER BY a.username_key = $3 DESC, f.id IS NOT NULL DESC, t.followers DESC NULLS LAST, a.id
    LIMIT $5 OFFSET $6
"""
# `~>=~` compares byte by byte, as the index does; LIKE with an argument would read every account.
_BY_HANDLE = f"""
    SELECT a.id FROM accounts a LEFT JOIN account_stats t ON t.account_id = a.id
    LEFT JOIN follows f ON f.follower_id = $1 AND f.followee_id = a.id AND f.state = 'accepted'
    WHERE a.username_key ~>=~ $3 AND a.username_key ~<~ ($3 || chr(1114111)) AND starts_with(a.domain, $2)
        AND (NOT $4 OR f.id IS NOT NULL) AND {_LIVES}
    ORDER BY a.username_key = $3 DESC, f.id IS NOT NULL DESC, t.followers DESC NULLS LAST, a.id
    LIMIT $5 OFFSET $6
"""
_KEEP = """
    INSERT INTO search_accounts AS s (account_id, words)
    SELECT e.account_id, e.words::tsvector FROM unnest($1::bigint[], $2::text[]) AS e(account_id, words)
    ON CONFLICT (account_id) DO UPDATE SET words = excluded.words WHERE s.words <> excluded.words
"""


@late
async def search(
    viewer_id: int | None, text: str, *, limit: int, offset: int = 0, following_only: bool = False
) -> list[int]:
    """People whose handle or name has words that begin like those of a text: who is called exactly so, those
    whom one follows, and the most followed come first. `name@dom` asks for handles that begin so.
    """
    name, _, domain = text.strip().lstrip("@").lower().partition("@")
    query = _query(name)
    if (not query and not domain) or not name:
        return []
    rows = await db.fetch(
        _BY_HANDLE if domain else _BY_WORDS,
        viewer_id,
        domain or query,
        name,
        following_only,
        limit,
        offset,
    )
    return [row["id"] for row in rows]


async def keep(account: Account) -> None:
    """Remember what somebody is called."""
    await _keep([(account.id, account.username, account.display_name)])


async def keep_below(below_id: int, limit: int) -> list[int]:
    """Remember what the newest accounts below an id are called; their ids."""
    rows: list[Row] = await db.fetch(
        "SELECT id, username, display_name FROM accounts WHERE id < $1 ORDER BY id DESC LIMIT $2",
        below_id,
        limit,
    )
    await _keep([(row["id"], row["username"], row["display_name"]) for row in rows])
    return [row["id"] for row in rows]


async def begin_reopening(account_id: int, *, is_open: bool) -> int | None:
    """Note whether somebody is indexable; below which id their posts are to be put into the index anew."""
    row = await db.fetch_one(
        "UPDATE search_accounts SET posts_open = $2,"
        " reopen_below = CASE WHEN posts_open <> $2 THEN $3 ELSE reopen_below END"
        " WHERE account_id = $1 AND (posts_open <> $2 OR reopen_below IS NOT NULL) RETURNING reopen_below",
        account_id,
        is_open,
        ids.MAX_ID,
    )
    return None if row is None else row["reopen_below"]


async def reopened_to(account_id: int, below_id: int | None) -> None:
    """Note how far that has come; None: it is done."""
    await db.execute(
        "UPDATE search_accounts SET reopen_below = $2 WHERE account_id = $1", account_id, below_id
    )


async def refresh_fame() -> None:
    """Note anew how famous people are, where it has doubled or halved."""
    await db.execute(
        "UPDATE search_accounts s SET fame = n.fame FROM (SELECT account_id,"
        " ceil(log(2, greatest(followers, 0) + 1))::smallint AS fame FROM account_stats) n"
        " WHERE n.account_id = s.account_id AND n.fame <> s.fame"
    )


async def _keep(names: Sequence[tuple[int, str, str]]) -> None:
    if names:
        await db.execute(_KEEP, [row[0] for row in names], [_vector(row[1], row[2]) for row in names])


def _vector(username: str, display_name: str) -> str:
    found = [Word(username.lower()[:_NAME_CHARACTERS], 1), *words(username)]
    return vectors.vector([*found, *words(display_name, first_place=100)])


def _query(text: str) -> str:
    """Each word as the beginning of one."""
    found = asked(text)[:_ASKED_WORDS]
    return vectors.query([Term((Word(word.text, word.place, begins=True),)) for word in found], ())
