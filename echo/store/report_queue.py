"""Reports as moderators find them: pages, and groups about the same account."""

from __future__ import annotations

from dataclasses import dataclass

from echo import db
from echo.db import Row
from echo.store.cursor import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFilter:
    """Which reports; what is None does not matter. `assigned_to_id` 0: nobody looks at it."""

    resolved: bool | None = False
    reporter_id: int | None = None
    target_id: int | None = None
    assigned_to_id: int | None = None
    target_domain: str = ""
    target_local: bool | None = None


async def page(wanted: ReportFilter, cursor: Cursor) -> list[int]:
    """Ids of reports, the newest first."""
    rows = await db.fetch(
        "SELECT r.id FROM reports r JOIN accounts t ON t.id = r.target_id"
        f" WHERE {_WANTED} AND {cursor.condition('r.id')} {cursor.order('r.id')}",
        *_values(wanted),
    )
    return cursor.newest_first([row["id"] for row in rows])


_WANTED = """($1::bool IS NULL OR (r.resolved_at IS NOT NULL) = $1)
    AND ($2::bigint IS NULL OR r.reporter_id = $2) AND ($3::bigint IS NULL OR r.target_id = $3)
    AND ($4::bigint IS NULL OR coalesce(r.assigned_to_id, 0) = $4) AND ($5 = '' OR t.domain = $5)
    AND ($6::bool IS NULL OR (t.domain = '') = $6)"""


def _values(wanted: ReportFilter) -> tuple[object, ...]:
    return (
        wanted.resolved,
        wanted.reporter_id,
        wanted.target_id,
        wanted.assigned_to_id,
        wanted.target_domain,
        wanted.target_local,
    )


async def groups(wanted: ReportFilter, *, limit: int, offset: int) -> list[Row]:
    """Accounts that were reported, with their reports, the last reported first.

    Returns: rows (target_id, username, domain, suspended_at, silenced_at, last_id, reports as JSON [{id,
             category, comment, created_at, forwarded, chat_id, posts, assigned_to, reporter, local}], the
             newest first)
    """
    return await db.fetch(
        f"""
        SELECT t.id AS target_id, t.username, t.domain, t.suspended_at, t.silenced_at, max(r.id) AS last_id,
            json_agg(json_build_object('id', r.id, 'category', r.category, 'comment', left(r.comment, 300),
                'created_at', r.created_at, 'forwarded', r.forwarded, 'chat_id', r.chat_id,
                'posts', jsonb_array_length(r.post_ids), 'assigned_to', w.username,
                'reporter', concat_ws('@', b.username, nullif(b.domain, '')), 'local', b.domain = '')
                ORDER BY r.id DESC) AS reports
        FROM reports r JOIN accounts t ON t.id = r.target_id JOIN accounts b ON b.id = r.reporter_id
        LEFT JOIN accounts w ON w.id = r.assigned_to_id
        WHERE {_WANTED} GROUP BY t.id ORDER BY max(r.id) DESC LIMIT {int(limit)} OFFSET {int(offset)}
        """,
        *_values(wanted),
    )
