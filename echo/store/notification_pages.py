"""Pages of notifications, one by one and in groups, and how many are new.

A group is what many people did to the same thing within some hours: equal kind, post and `group_hour`. A page
of groups holds the newest row of each; the same group may stand on the next page again, with what is below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from echo import db
from echo.db import Row
from echo.store.cursor import Cursor
from echo.store.notifications import COLUMNS, SENDER_IS_THERE

# What counting gives up after, so that a count never reads a year of likes.
COUNTED_ROWS = 20_000
SAMPLES = 8

_WANTED = f"""
    n.account_id = $1 AND (cardinality($2::text[]) = 0 OR n.kind = ANY($2)) AND NOT n.kind = ANY($3::text[])
    AND ($4::bigint IS NULL OR n.from_id = $4) AND ($5::bool OR NOT n.filtered) AND {SENDER_IS_THERE}
    AND NOT (n.kind = 'mention' AND 'chat_mention' = ANY($2)
        AND EXISTS (SELECT 1 FROM chat_messages c WHERE c.post_id = n.post_id))
"""
# What a row is counted under; null for one that stands alone. $6: the kinds that are grouped.
_KEY = """
    CASE WHEN n.group_hour IS NOT NULL AND n.kind = ANY($6::text[])
        THEN n.kind || '-' || coalesce(n.post_id, 0) || '-' || n.group_hour END
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which notifications are asked for. `kinds` empty: all."""

    account_id: int
    kinds: Sequence[str] = ()
    except_kinds: Sequence[str] = ()
    from_id: int | None = None
    with_filtered: bool = False

    @property
    def arguments(self) -> tuple[object, ...]:
        """The first five of a statement."""
        return (
            self.account_id,
            list(self.kinds),
            list(self.except_kinds),
            self.from_id,
            self.with_filtered or self.from_id is not None,
        )


@dataclass(frozen=True, slots=True)
class GroupKey:
    """Shapes:  kind: as stored; post_id: 0 where it is about no post"""

    kind: str
    post_id: int
    hour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group, or a row that stands alone: its newest row within the page, and what is in it below that."""

    row: Row
    key: GroupKey | None
    count: int
    newest_id: int
    oldest_id: int
    newest_at: datetime
    sample_ids: Sequence[int]


async def page(wanted: Wanted, cursor: Cursor) -> list[Row]:
    """Rows of `notifications.COLUMNS`, newest first."""
    condition = cursor.condition("n.id")
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM notifications n WHERE {_WANTED} AND {condition} {cursor.order('n.id')}",
        *wanted.arguments,
    )
    return cursor.newest_first(rows)


async def grouped_page(wanted: Wanted, grouped_kinds: Sequence[str], cursor: Cursor) -> list[Group]:
    """Groups by their newest row within the page, newest first."""
    if cursor.limit < 1:
        return []
    one = cursor.order("n.id").replace(f"LIMIT {cursor.limit}", "LIMIT 1")
    condition, further = cursor.condition("n.id"), "n.id > w.id" if cursor.is_upward else "n.id < w.id"
    found = await db.fetch(
        _walk(condition, further, one), *wanted.arguments, list(grouped_kinds), cursor.limit
    )
    rows = cursor.newest_first(found)
    if not rows:
        return []
    lower, upper = _bounds(rows, cursor)
    return await _with_members(wanted.account_id, rows, grouped_kinds, lower, upper)


def _walk(condition: str, cursor_sql: str, order_sql: str) -> str:
    """From one group to the next: each step is one look into the index by id."""
    return f"""
        WITH RECURSIVE w AS (
            (SELECT {COLUMNS}, ARRAY[{_KEY}] AS seen, 1 AS place
            FROM notifications n WHERE {_WANTED} AND {condition} {order_sql})
            UNION ALL
            SELECT step.* FROM w CROSS JOIN LATERAL (
                SELECT {COLUMNS}, w.seen || {_KEY} AS seen, w.place + 1 AS place
                FROM notifications n WHERE {_WANTED} AND {condition} AND {cursor_sql}
                    AND ({_KEY} IS NULL OR NOT coalesce({_KEY} = ANY(w.seen), false)) {order_sql}) step
            WHERE w.place < $7
        )
        SELECT * FROM w ORDER BY place
    """


def _bounds(rows: Sequence[Row], cursor: Cursor) -> tuple[int, int]:
    """The lowest and highest id that belong to a page: to its cursors where it is the last one that way."""
    lower, upper = int(rows[-1]["id"]), int(rows[0]["id"])
    if len(rows) < cursor.limit:
        if cursor.is_upward:
            upper = (cursor.max_id or 2**63 - 1) - 1
        else:
            lower = (cursor.since_id or 0) + 1
    return lower, upper


_MEMBERS = f"""
    SELECT g.kind, g.post_id, g.hour, m.count, m.newest_id, m.oldest_id, m.newest_at, m.sample_ids
    FROM unnest($2::text[], $3::bigint[], $4::int[]) AS g(kind, post_id, hour)
    CROSS JOIN LATERAL (
        SELECT count(*) AS count, max(n.id) AS newest_id, max(n.created_at) AS newest_at,
            min(n.id) FILTER (WHERE n.id >= $5) AS oldest_id,
            (array_agg(n.from_id ORDER BY n.id DESC))[1:{SAMPLES}] AS sample_ids
        FROM notifications n WHERE n.account_id = $1 AND n.kind = g.kind
            AND coalesce(n.post_id, 0) = g.post_id AND n.group_hour = g.hour AND n.id <= $6
            AND {SENDER_IS_THERE}) m
    WHERE m.count > 0
"""


async def _with_members(
    account_id: int, rows: Sequence[Row], grouped_kinds: Sequence[str], lower: int, upper: int
) -> list[Group]:
    keys = [key_of(row, grouped_kinds) for row in rows]
    members = await _members(account_id, [key for key in keys if key is not None], lower, upper)
    return [_group(row, key, members) for row, key in zip(rows, keys, strict=True)]


async def _members(account_id: int, keys: Sequence[GroupKey], lower: int, upper: int) -> dict[GroupKey, Row]:
    found = await db.fetch(
        _MEMBERS,
        account_id,
        [key.kind for key in keys],
        [key.post_id for key in keys],
        [key.hour for key in keys],
        lower,
        upper,
    )
    return {GroupKey(row["kind"], row["post_id"], row["hour"]): row for row in found}


def key_of(row: Row, grouped_kinds: Sequence[str]) -> GroupKey | None:
    """The group of a row, or None where it stands alone."""
    if row["group_hour"] is None or row["kind"] not in grouped_kinds:
        return None
    return GroupKey(row["kind"], row["post_id"] or 0, row["group_hour"])


def _group(row: Row, key: GroupKey | None, members: dict[GroupKey, Row]) -> Group:
    inside = members.get(key) if key is not None else None
    if inside is None:
        return alone(row)
    return Group(
        row=row,
        key=key,
        count=inside["count"],
        newest_id=inside["newest_id"],
        oldest_id=inside["oldest_id"] or row["id"],
        newest_at=inside["newest_at"],
        sample_ids=inside["sample_ids"],
    )


def alone(row: Row) -> Group:
    """A row that stands alone."""
    return Group(
        row=row,
        key=None,
        count=1,
        newest_id=row["id"],
        oldest_id=row["id"],
        newest_at=row["created_at"],
        sample_ids=(row["from_id"],),
    )


async def find_group(account_id: int, key: GroupKey) -> Group | None:
    """A whole group of this person, or None when nothing is in it."""
    row = await db.fetch_one(
        f"SELECT {COLUMNS} FROM notifications n WHERE n.account_id = $1 AND n.kind = $2"
        f" AND coalesce(n.post_id, 0) = $3 AND n.group_hour = $4 AND {SENDER_IS_THERE}"
        " ORDER BY n.id DESC LIMIT 1",
        account_id,
        key.kind,
        key.post_id,
        key.hour,
    )
    if row is None:
        return None
    return (await _with_members(account_id, [row], [key.kind], 0, 2**63 - 1))[0]


async def group_people(account_id: int, key: GroupKey, cursor: Cursor) -> list[Row]:
    """Rows (id, account_id) of those in a group, newest first."""
    condition = cursor.condition("n.id")
    rows = await db.fetch(
        "SELECT n.id, n.from_id AS account_id FROM notifications n WHERE n.account_id = $1 AND n.kind = $2"
        f" AND coalesce(n.post_id, 0) = $3 AND n.group_hour = $4 AND {SENDER_IS_THERE}"
        f" AND {condition} {cursor.order('n.id')}",
        account_id,
        key.kind,
        key.post_id,
        key.hour,
    )
    return cursor.newest_first(rows)


async def count_after(
    wanted: Wanted, last_read_id: int, limit: int, grouped_kinds: Sequence[str] = ()
) -> int:
    """How many are newer than the marker, a group counting once; counted up to `limit`."""
    found = await db.fetch_value(
        f"""SELECT count(*) FROM (
            SELECT 1 FROM (SELECT coalesce({_KEY}, n.id::text) AS key FROM notifications n
                WHERE {_WANTED} AND n.id > $7 LIMIT {COUNTED_ROWS}) AS fresh
            GROUP BY fresh.key LIMIT $8) AS groups""",
        *wanted.arguments,
        list(grouped_kinds),
        last_read_id,
        limit,
    )
    return int(found)
