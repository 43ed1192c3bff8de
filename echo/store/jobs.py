"""Jobs as rows: claimed with a lease, deleted when done, kept as dead after too many failures."""

from __future__ import annotations

from collections.abc import Sequence

from echo import clock, db, logs
from echo.db import Row
from echo.effects import LANES
from echo.kinds import Lane
from echo.store.together import Together

LEASE_SECONDS = 60
ATTEMPTS_MAX = 12
# Starts of a job whose workers died: many others were under way with it, and shared the blame.
STARTS_MAX = 30

# An array, not IN: a join may ask again and again for what stands behind IN, each time up to the limit.
_CLAIM = """
    UPDATE jobs SET lease_owner = $1, lease_until = $2::timestamptz + $3 * interval '1 second',
        attempts = attempts + 1
    WHERE id = ANY(ARRAY(
        SELECT id FROM jobs
        WHERE NOT dead AND due_at <= $2 AND (lease_until IS NULL OR lease_until < $2)
            AND (name = ANY($5)) = $6
        ORDER BY due_at, id LIMIT $4 FOR UPDATE SKIP LOCKED))
    RETURNING id, name, arguments, attempts, created_at, traceparent
"""


async def claim(owner: str, limit: int, lane: Lane = Lane.QUICK) -> list[Row]:
    """Take up to `limit` due jobs of a lane for a minute; rows (id, name, arguments as JSON,
    attempts, created_at, traceparent).
    """
    # What is not quick stands in the table; everything else is.
    names = [name for name, its in LANES.items() if lane in (Lane.QUICK, its)]
    rows = await db.fetch(_CLAIM, owner, clock.now(), LEASE_SECONDS, limit, names, lane is not Lane.QUICK)
    return sorted(rows, key=lambda row: int(row["id"]))


async def finish(owner: str, job_id: int) -> None:
    """The job is done."""
    await _FINISHED.ask((owner, job_id))


async def _finish(done: Sequence[tuple[str, int]]) -> dict[tuple[str, int], None]:
    await db.execute(
        "DELETE FROM jobs j USING unnest($1::text[], $2::bigint[]) AS d(owner, id)"
        " WHERE j.id = d.id AND j.lease_owner = d.owner",
        [owner for owner, _ in done],
        [job_id for _, job_id in done],
    )
    return {}


_FINISHED = Together(_finish)


async def postpone(owner: str, job_id: int, seconds: float, error: str = "") -> None:
    """Try again later. Without an error the attempt does not count; too many that do make a job dead."""
    await db.execute(
        "UPDATE jobs SET due_at = $3::timestamptz + $4 * interval '1 second', lease_until = NULL,"
        " lease_owner = '', last_error = $5, attempts = attempts - ($5 = '')::int,"
        " dead = attempts >= $6 AND $5 <> '' WHERE id = $1 AND lease_owner = $2",
        job_id,
        owner,
        clock.now(),
        seconds,
        logs.keepable(error),
        ATTEMPTS_MAX,
    )


async def extend(owner: str) -> None:
    """Keep what this worker holds for another minute."""
    await db.execute(
        "UPDATE jobs SET lease_until = $2::timestamptz + $3 * interval '1 second'"
        " WHERE lease_owner = $1 AND lease_until IS NOT NULL",
        owner,
        clock.now(),
        LEASE_SECONDS,
    )


async def release(owner: str) -> int:
    """Give back what a former process of this worker held when it died. What too many died with is dead."""
    return await db.execute(
        "UPDATE jobs SET lease_until = NULL, lease_owner = '', dead = attempts >= $2,"
        " last_error = CASE WHEN attempts >= $2 THEN 'its worker died with it too often' ELSE last_error END"
        " WHERE lease_owner = $1 AND NOT dead",
        owner,
        STARTS_MAX,
    )


async def summary() -> list[Row]:
    """Rows (name, waiting, dead, oldest_seconds), for people; 0 seconds where none is due yet."""
    return await db.fetch(
        "SELECT name, count(*) FILTER (WHERE NOT dead) AS waiting, count(*) FILTER (WHERE dead) AS dead,"
        " greatest(0, extract(epoch FROM now() - min(due_at) FILTER (WHERE NOT dead)))::float"
        " AS oldest_seconds"
        " FROM jobs GROUP BY name ORDER BY name"
    )


async def is_waiting(name: str, key: str, value: int) -> bool:
    """Whether a job of this name with this argument is still to be done."""
    found = await db.fetch_value(
        "SELECT EXISTS (SELECT 1 FROM jobs WHERE name = $1 AND NOT dead AND (arguments ->> $2)::bigint = $3)",
        name,
        key,
        value,
    )
    return bool(found)
