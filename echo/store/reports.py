"""Reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from echo import db
from echo.db import Row
from echo.models import Report
from echo.policy.viewer import Viewer
from echo.policy.visibility import visible_to
from echo.store import collections

_ROWS = """
    SELECT r.*, t.username AS target_username, t.domain AS target_domain, t.uri AS target_uri,
        w.username AS reporter_username, w.domain AS reporter_domain
    FROM reports r JOIN accounts t ON t.id = r.target_id JOIN accounts w ON w.id = r.reporter_id
"""


async def readable_posts(viewer: Viewer, author_id: int, post_ids: Sequence[int]) -> list[int]:
    """Those of these posts that this author wrote and the viewer may read."""
    if not post_ids:
        return []
    rows = await db.fetch(
        "SELECT p.id FROM posts p JOIN accounts a ON a.id = p.author_id WHERE p.id = ANY($3)"
        f" AND p.author_id = $2 AND {visible_to('$1')} ORDER BY p.id",
        viewer.account_id,
        author_id,
        list(post_ids),
    )
    return [row["id"] for row in rows]


async def readable_collections(viewer: Viewer, owner_id: int, collection_ids: Sequence[int]) -> list[int]:
    """Those of these collections that this account made and the viewer may see."""
    if not collection_ids:
        return []
    found = await collections.rows(viewer, collection_ids)
    return sorted(number for number, row in found.items() if row["account_id"] == owner_id)


async def posts_of(author_id: int, uris: Sequence[str], *, known_to: str) -> list[int]:
    """Posts of this author by their ActivityPub ids, as far as a server may know them.

    Who reports is often not told, so it counts what anybody there may read: open posts, those for followers
    when there is one, those that name somebody there.

    Shapes:  known_to: host of a server
    """
    rows = await db.fetch(
        "SELECT p.id FROM posts p WHERE p.uri = ANY($1) AND p.author_id = $2 AND p.deleted_at IS NULL AND ("
        " p.visibility IN ('public', 'unlisted')"
        " OR (p.visibility = 'followers' AND EXISTS (SELECT 1 FROM follows f JOIN accounts a"
        "  ON a.id = f.follower_id WHERE f.followee_id = $2 AND f.state = 'accepted' AND a.host = $3))"
        " OR EXISTS (SELECT 1 FROM mentions m JOIN accounts a ON a.id = m.account_id"
        "  WHERE m.post_id = p.id AND a.host = $3)) ORDER BY p.id",
        list(uris),
        author_id,
        known_to,
    )
    return [row["id"] for row in rows]


async def uris(post_ids: Sequence[int]) -> list[str]:
    """The ActivityPub ids of posts, for other servers to find them by."""
    rows = await db.fetch("SELECT uri FROM posts WHERE id = ANY($1) ORDER BY id", list(post_ids))
    return [row["uri"] for row in rows]


async def rows(report_ids: Sequence[int]) -> dict[int, Row]:
    """Reports by id, with the handles of both sides."""
    found = await db.fetch(f"{_ROWS} WHERE r.id = ANY($1)", list(report_ids))
    return {row["id"]: row for row in found}


async def listing(*, resolved: bool, limit: int) -> list[Row]:
    """The newest reports, those that wait or those that are done, with the handles of both sides."""
    return await db.fetch(
        f"{_ROWS} WHERE (r.resolved_at IS NOT NULL) = $1 ORDER BY r.id DESC LIMIT $2", resolved, limit
    )


async def is_open_about(target_id: int, except_id: int) -> bool:
    """Whether another report about this account waits: the moderators have been told then."""
    return bool(
        await db.fetch_value(
            "SELECT true FROM reports WHERE target_id = $1 AND id <> $2 AND resolved_at IS NULL LIMIT 1",
            target_id,
            except_id,
        )
    )


async def open_about(target_id: int) -> list[int]:
    """Reports about this account that wait."""
    rows = await db.fetch("SELECT id FROM reports WHERE target_id = $1 AND resolved_at IS NULL", target_id)
    return [row["id"] for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCounts:
    """What waits for moderators: reports, those of them that nobody looks at, appeals, new people."""

    reports: int
    unassigned: int
    appeals: int
    pending: int


async def open_counts() -> OpenCounts:
    """What waits for moderators now."""
    row = await db.fetch_one(
        "SELECT (SELECT count(*) FROM reports WHERE resolved_at IS NULL) AS reports,"
        " (SELECT count(*) FROM reports WHERE resolved_at IS NULL AND assigned_to_id IS NULL) AS unassigned,"
        " (SELECT count(*) FROM appeals WHERE approved_at IS NULL AND rejected_at IS NULL) AS appeals,"
        " (SELECT count(*) FROM users u JOIN accounts a ON a.id = u.id WHERE u.approved_at IS NULL"
        "  AND a.deleted_at IS NULL) AS pending"
    )
    assert row is not None
    return OpenCounts(**{name: row[name] for name in ("reports", "unassigned", "appeals", "pending")})


async def lock(report_id: int) -> Report | None:
    """The report; nobody else changes it until the end of the unit of work."""
    found = await db.fetch("SELECT id FROM reports WHERE id = $1 FOR UPDATE", report_id)
    return await Report.get(id=report_id) if found else None


async def is_known(uri: str) -> bool:
    """Whether a report with this id was stored."""
    return bool(await db.fetch_value("SELECT true FROM reports WHERE uri = $1 AND uri <> ''", uri))


async def forward_inboxes(report_id: int) -> list[str]:
    """Where a report goes: the target's server, and those of people whom the reported posts answer, as far
    as the reporter named them.
    """
    found = await db.fetch(
        "SELECT DISTINCT CASE WHEN a.shared_inbox <> '' THEN a.shared_inbox ELSE a.inbox END AS inbox"
        " FROM reports r JOIN accounts a ON a.id = r.target_id OR a.id IN (SELECT p.in_reply_to_account_id"
        "  FROM posts p WHERE p.id IN (SELECT value::bigint FROM jsonb_array_elements_text(r.post_ids)))"
        " WHERE r.id = $1 AND a.host <> '' AND a.inbox <> '' AND r.forward_hosts ? a.domain"
        " AND a.deleted_at IS NULL",
        report_id,
    )
    return [row["inbox"] for row in found]
