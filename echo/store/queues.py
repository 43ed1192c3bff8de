"""How much waits in each queue, for how long, and what was given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from echo import clock, db
from echo.db import Row
from echo.effects import LANES
from echo.kinds import Lane

MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Depth:
    """A queue: what waits, what of it is due now and for how long the oldest, and what was given up."""

    queue: str
    waiting: int
    due: int
    dead: int
    lag_seconds: float


_DEPTHS = """
    SELECT q.queue, coalesce(sum(f.waiting), 0)::bigint AS waiting, coalesce(sum(f.due), 0)::bigint AS due,
        coalesce(sum(f.dead), 0)::bigint AS dead, coalesce(max(f.lag), 0)::float8 AS lag_seconds
    FROM unnest($4::text[]) WITH ORDINALITY AS q(queue, place) LEFT JOIN (
        SELECT CASE WHEN name = ANY($2) THEN 'slow_jobs' WHEN name = ANY($3) THEN 'outside_jobs' ELSE 'jobs'
        END
                AS queue,
            count(*) FILTER (WHERE NOT dead) AS waiting, count(*) FILTER (WHERE NOT dead AND due_at <= $1) AS
            due,
            count(*) FILTER (WHERE dead) AS dead,
            extract(epoch FROM $1 - min(due_at) FILTER (WHERE NOT dead AND due_at <= $1)) AS lag
        FROM jobs GROUP BY 1
        UNION ALL
        SELECT 'deliveries', count(*), count(*) FILTER (WHERE d.due_at <= $1 AND coalesce(h.health, 'closed')
        = 'closed'),
            0, extract(epoch FROM $1 - min(d.due_at)
                FILTER (WHERE d.due_at <= $1 AND coalesce(h.health, 'closed') = 'closed'))
        FROM deliveries d LEFT JOIN hosts h ON h.name = d.host WHERE d.state = 'pending'
        UNION ALL
        SELECT 'deliveries', 0, 0, count(*), NULL FROM deliveries WHERE state = 'dead'
        UNION ALL
        SELECT 'inbound', count(*), count(*) FILTER (WHERE due_at <= $1), 0,
            extract(epoch FROM $1 - min(due_at) FILTER (WHERE due_at <= $1))
        FROM inbound_activities WHERE state = 'pending'
        UNION ALL
        SELECT 'inbound', 0, 0, count(*), NULL FROM inbound_activities WHERE state = 'dead'
    ) f ON f.queue = q.queue GROUP BY q.queue, q.place ORDER BY q.place
"""
QUEUES = ("jobs", "slow_jobs", "outside_jobs", "deliveries", "inbound")


async def depths() -> list[Depth]:
    """Every queue. Deliveries to servers that are away wait for them, and are not due."""
    rows = await db.fetch(_DEPTHS, clock.now(), _names(Lane.SLOW), _names(Lane.OUTSIDE), list(QUEUES))
    return [
        Depth(row["queue"], row["waiting"], row["due"], row["dead"], max(0.0, row["lag_seconds"]))
        for row in rows
    ]


def _names(lane: Lane) -> list[str]:
    return [name for name, its in LANES.items() if its is lane]


async def dead_jobs(*, before_id: int | None = None, limit: int = 50) -> list[Row]:
    """Jobs that were given up, the newest first: rows (id, name, arguments, attempts, last_error,
    created_at).

    Arguments are ids, as JSON.
    """
    return await db.fetch(
        "SELECT id, name, arguments, attempts, last_error, created_at FROM jobs WHERE dead"
        " AND ($1::bigint IS NULL OR id < $1) ORDER BY id DESC LIMIT $2",
        before_id,
        max(0, min(limit, MOST_ROWS)),
    )


async def requeue(job_ids: Sequence[int], name: str) -> int:
    """Try dead jobs again: these, or without ids all of a name, or all. Returns how many."""
    return await db.execute(
        "UPDATE jobs SET dead = false, attempts = 0, due_at = $3 WHERE dead"
        " AND (id = ANY($1) OR (cardinality($1::bigint[]) = 0 AND ($2 = '' OR name = $2)))",
        list(job_ids),
        name,
        clock.now(),
    )


async def drop(job_ids: Sequence[int], name: str) -> int:
    """Delete dead jobs: these, or without ids all of a name. Returns how many."""
    return await db.execute(
        "DELETE FROM jobs WHERE dead AND (id = ANY($1) OR (cardinality($1::bigint[]) = 0 AND name = $2))",
        list(job_ids),
        name,
    )
