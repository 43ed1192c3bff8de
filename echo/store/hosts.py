"""Other servers as places to deliver to: whether they answer, and when to try again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from echo import clock, db
from echo.db import Row

# Failures in a row that stop deliveries to a host, until a probe succeeds.
FAILURES_TO_OPEN = 5


async def note_successes(names: Sequence[str]) -> list[str]:
    """They answered: deliveries flow.

    Returns: those that were given a rest before
    """
    now = clock.now()
    rows = await db.fetch(
        "WITH resting AS (SELECT name FROM hosts WHERE name = ANY($1) AND health <> 'closed' FOR UPDATE),"
        " noted AS (INSERT INTO hosts (name, health, last_ok_at, created_at)"
        " SELECT name, 'closed', $2, $2 FROM unnest($1::text[]) AS t(name)"
        " ON CONFLICT (name) DO UPDATE SET health = 'closed', failures = 0, first_failed_at = NULL,"
        " probe_at = NULL, last_ok_at = $2, last_error = '')"
        " SELECT name FROM resting",
        sorted(set(names)),
        now,
    )
    return [row["name"] for row in rows]


async def note_failure(
    name: str, error: str, *, times: int, probe_at: datetime, dead_before: datetime
) -> str:
    """It did not answer, `times` times since we last wrote it down.

    Shapes:  probe_at: when one delivery may be tried, once the circuit is open;
             dead_before: a streak of failures that began earlier makes the host dead
    Returns: its health now
    """
    health: str = await db.fetch_value(
        "INSERT INTO hosts AS h (name, health, failures, first_failed_at, probe_at, last_error, created_at)"
        f" VALUES ($1, CASE WHEN $3 >= {FAILURES_TO_OPEN} THEN 'open' ELSE 'closed' END, $3, $4, $5, $2, $4)"
        " ON CONFLICT (name) DO UPDATE SET failures = h.failures + $3, last_error = $2,"
        " first_failed_at = coalesce(h.first_failed_at, $4), probe_at = $5,"
        " health = CASE WHEN h.health <> 'closed' AND coalesce(h.first_failed_at, $4) < $6 THEN 'dead'"
        f" WHEN h.health <> 'closed' OR h.failures + $3 >= {FAILURES_TO_OPEN} THEN 'open' ELSE 'closed' END"
        " RETURNING health",
        name,
        error[:1000],
        times,
        clock.now(),
        probe_at,
        dead_before,
    )
    return health


async def pause(name: str, until: datetime, error: str) -> None:
    """It asked to be left alone until then. That is no failure."""
    await db.execute(
        "INSERT INTO hosts AS h (name, health, probe_at, last_error, created_at)"
        " VALUES ($1, 'open', $2, $3, $4) ON CONFLICT (name) DO UPDATE SET probe_at = $2, last_error = $3,"
        " health = CASE WHEN h.health = 'dead' THEN 'dead' ELSE 'open' END",
        name,
        until,
        error[:1000],
        clock.now(),
    )


async def failures(names: Sequence[str]) -> dict[str, int]:
    """How often each failed in a row; those that never did are left out."""
    rows = await db.fetch(
        "SELECT name, failures FROM hosts WHERE name = ANY($1) AND failures > 0", list(set(names))
    )
    return {row["name"]: row["failures"] for row in rows}


async def note_heard(names: Sequence[str]) -> list[str]:
    """They proved to us that they live: the next delivery to them may be tried at once.

    Returns: those that were failing
    """
    now = clock.now()
    rows = await db.fetch(
        "UPDATE hosts h SET last_seen_at = $2, probe_at = $2,"
        " health = CASE WHEN h.health = 'dead' THEN 'open' ELSE h.health END,"
        " first_failed_at = CASE WHEN h.health = 'dead' THEN $2 ELSE h.first_failed_at END"
        " WHERE name = ANY($1) AND (health <> 'closed' OR failures > 0) RETURNING name",
        list(set(names)),
        now,
    )
    return [row["name"] for row in rows]


async def listing(*, health: str = "", limit: int = 100) -> list[Row]:
    """Hosts for the operator, the failing ones first, each with the number of deliveries that wait."""
    return await db.fetch(
        "SELECT h.*, (SELECT count(*) FROM deliveries d WHERE d.host = h.name AND d.state = 'pending')"
        " AS waiting FROM hosts h WHERE ($1 = '' OR h.health = $1)"
        " ORDER BY h.health = 'closed', h.failures DESC, h.name LIMIT $2",
        health,
        limit,
    )
