"""Posts on top of profiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from echo import db
from echo.policy.viewer import Viewer
from echo.policy.visibility import visible_to
from echo.store.cursor import Cursor

# Other servers may allow more than we; nobody needs to see more than this.
MOST = 50


async def count(account_id: int) -> int:
    """How many posts of somebody are pinned; nobody pins another until the end of the unit of work."""
    await db.execute("SELECT 1 FROM accounts WHERE id = $1 FOR UPDATE", account_id)
    found = await db.fetch_value(
        "SELECT count(*) FROM posts WHERE author_id = $1 AND pinned_at IS NOT NULL AND deleted_at IS NULL",
        account_id,
    )
    return int(found)


async def set_pinned(post_id: int, at: datetime | None) -> bool:
    """Pin a post, or with None unpin it; False when it was so."""
    count = await db.execute(
        "UPDATE posts SET pinned_at = $2 WHERE id = $1"
        " AND (pinned_at IS NULL) = ($2::timestamptz IS NOT NULL)",
        post_id,
        at,
    )
    return count > 0


@dataclass(frozen=True, slots=True)
class Shown:
    """A post of somebody, or their boost of one."""

    id: int
    is_pinned: bool


async def shown(author_id: int, uris: Sequence[str], *, boosts: bool) -> list[Shown]:
    """The posts of somebody elsewhere with these ids, in that order; with `boosts` their boosts of such."""
    rows = await db.fetch(
        "SELECT p.id, p.pinned_at IS NOT NULL AS pinned FROM unnest($2::text[]) WITH ORDINALITY n(uri, place)"
        " JOIN posts o ON o.uri = n.uri JOIN posts p ON p.id = o.id OR ($3 AND p.boost_of_id = o.id)"
        " WHERE p.author_id = $1 AND p.deleted_at IS NULL ORDER BY n.place, p.id",
        author_id,
        list(uris),
        boosts,
    )
    return [Shown(row["id"], row["pinned"]) for row in rows]


async def replace(author_id: int, post_ids: Sequence[int], at: datetime) -> None:
    """Pin these posts of somebody, the first one highest, and unpin all others."""
    await db.execute(
        "UPDATE posts p SET pinned_at = $3::timestamptz - n.place * interval '1 second'"
        " FROM (SELECT p.id, i.place FROM posts p LEFT JOIN unnest($2::bigint[]) WITH ORDINALITY i(id, place)"
        "  ON i.id = p.id WHERE p.author_id = $1 AND (p.pinned_at IS NOT NULL OR i.id IS NOT NULL)) n"
        " WHERE p.id = n.id",
        author_id,
        list(post_ids),
        at,
    )


async def of_account(viewer: Viewer, account_id: int, cursor: Cursor | None = None) -> list[int]:
    """The pinned posts of somebody that the viewer may read, the one pinned last first."""
    wanted = cursor or Cursor(limit=MOST)
    rows = await db.fetch(
        "SELECT p.id FROM posts p JOIN accounts a ON a.id = p.author_id"
        f" WHERE p.author_id = $2 AND p.pinned_at IS NOT NULL AND {visible_to('$1')}"
        f" AND {wanted.condition('p.id')} ORDER BY p.pinned_at DESC, p.id DESC LIMIT {int(wanted.limit)}",
        viewer.account_id,
        account_id,
    )
    return [row["id"] for row in rows]
