"""What somebody can take along: whom they follow, mute and block, their lists, domains and bookmarks."""

from __future__ import annotations

from collections.abc import AsyncIterator

from echo import db
from echo.db import Row
from echo.kinds_of_moving import ImportKind

_PAGE = 2000
_THERE = "a.deleted_at IS NULL AND a.suspended_at IS NULL"
# Each by a number that rises (or falls, for bookmarks): `$1` whose, `$2` after which, `$3` how many.
_ROWS = {
    ImportKind.FOLLOWS: "SELECT f.id, a.username, a.domain, f.boosts, f.notify, f.languages FROM follows f"
    f" JOIN accounts a ON a.id = f.followee_id WHERE f.follower_id = $1 AND f.state = 'accepted' AND {_THERE}"
    " AND f.id > $2 ORDER BY f.id LIMIT $3",
    ImportKind.BLOCKS: "SELECT b.id, a.username, a.domain FROM blocks b"
    " JOIN accounts a ON a.id = b.blocked_id WHERE b.blocker_id = $1 AND a.deleted_at IS NULL"
    " AND b.id > $2 ORDER BY b.id LIMIT $3",
    ImportKind.MUTES: "SELECT m.id, a.username, a.domain, m.notifications FROM mutes m"
    " JOIN accounts a ON a.id = m.muted_id WHERE m.muter_id = $1 AND a.deleted_at IS NULL"
    " AND (m.expires_at IS NULL OR m.expires_at > now()) AND m.id > $2 ORDER BY m.id LIMIT $3",
    ImportKind.DOMAINS: "SELECT d.id, d.domain FROM avoided_domains d WHERE d.account_id = $1 AND d.id > $2"
    " ORDER BY d.id LIMIT $3",
    ImportKind.LISTS: "SELECT m.id, l.title, a.username, a.domain FROM list_members m"
    " JOIN lists l ON l.id = m.list_id JOIN accounts a ON a.id = m.account_id"
    f" WHERE m.owner_id = $1 AND {_THERE} AND m.id > $2 ORDER BY m.id LIMIT $3",
    ImportKind.BOOKMARKS: "SELECT -b.id AS id, p.uri FROM bookmarks b JOIN posts p ON p.id = b.post_id"
    " WHERE b.account_id = $1 AND p.deleted_at IS NULL AND -b.id > $2 ORDER BY b.id DESC LIMIT $3",
}
_COUNTS = """
    SELECT (SELECT count(*) FROM follows WHERE follower_id = $1 AND state = 'accepted') AS following,
        (SELECT count(*) FROM blocks WHERE blocker_id = $1) AS blocking,
        (SELECT count(*) FROM mutes WHERE muter_id = $1 AND (expires_at IS NULL OR expires_at > now()))
            AS muting,
        (SELECT count(*) FROM avoided_domains WHERE account_id = $1) AS domain_blocking,
        (SELECT count(*) FROM bookmarks WHERE account_id = $1) AS bookmarks,
        (SELECT count(*) FROM list_members WHERE owner_id = $1) AS lists
"""


async def rows(kind: ImportKind, account_id: int) -> AsyncIterator[Row]:
    """All rows of a kind, a page at a time."""
    last = -(2**62)
    while page := await db.fetch(_ROWS[kind], account_id, last, _PAGE):
        for row in page:
            yield row
        last = page[-1]["id"]


async def counts(account_id: int) -> dict[ImportKind, int]:
    """How much there is of each kind."""
    row = await db.fetch_one(_COUNTS, account_id)
    assert row is not None
    return {ImportKind(name): int(row[name]) for name in row.keys()}  # noqa: SIM118  a row is no mapping
