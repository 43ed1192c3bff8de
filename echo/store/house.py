"""What happens on this server, and whether it can answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from echo import clock, db
from echo.errors import Unavailable
from echo.ids import first_id_at
from echo.replica import late

ANSWER_SECONDS = 2.0
# Of the servers whose names begin with a text, so many are compared by how many people are known of them.
_COMPARED = 1000


async def database_answers() -> bool:
    """Whether the database answers, and soon."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return bool(await db.fetch_value("SELECT true"))
    except (TimeoutError, Unavailable):
        return False


@late
async def peers_like(text: str, *, limit: int) -> list[str]:
    """Other servers whose names begin with a text, those with the most people known here first."""
    # Byte by byte, as the index does it.
    rows = await db.fetch(
        "SELECT host, count(*) AS people FROM (SELECT host FROM accounts WHERE host ~>=~ $1"
        " AND host ~<~ ($1 || chr(1114111)) AND host <> '' ORDER BY host LIMIT $3) h"
        " GROUP BY host ORDER BY people DESC, host LIMIT $2",
        text.lower(),
        limit,
        _COMPARED,
    )
    return [row["host"] for row in rows]


@dataclass(frozen=True, slots=True)
class Week:
    """What happened here in a week: public posts of people here, people who were here, accounts made."""

    begins_at: datetime
    posts: int
    active: int
    sign_ups: int


@late
async def weeks(count: int) -> list[Week]:
    """The last weeks, this one first; they begin on Monday, UTC."""
    today = clock.now().date()
    monday = today - timedelta(days=today.weekday())
    starts = [datetime.combine(monday - timedelta(weeks=n), datetime.min.time(), UTC) for n in range(count)]
    rows = await db.fetch(
        _WEEKS, starts, [first_id_at(start) for start in starts], first_id_at(starts[0] + timedelta(weeks=1))
    )
    return [Week(row["begins_at"], row["posts"], row["active"], row["sign_ups"]) for row in rows]


_WEEKS = """
    SELECT w.begins_at,
        (SELECT count(*) FROM posts p WHERE p.local AND p.visibility = 'public' AND p.boost_of_id IS NULL
            AND p.deleted_at IS NULL AND p.id >= w.first_id AND p.id < w.end_id) AS posts,
        (SELECT count(*) FROM active_weeks a WHERE a.week = (w.begins_at AT TIME ZONE 'UTC')::date) AS active,
        (SELECT count(*) FROM users u WHERE u.created_at >= w.begins_at
            AND u.created_at < w.begins_at + interval '7 days') AS sign_ups
    FROM (SELECT begins_at, first_id, lag(first_id, 1, $3) OVER (ORDER BY begins_at DESC) AS end_id
        FROM unnest($1::timestamptz[], $2::bigint[]) AS t(begins_at, first_id)) w
    ORDER BY w.begins_at DESC
"""
