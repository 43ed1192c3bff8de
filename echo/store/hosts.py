"""Other servers as places to deliver to: whether they answer, and when to try again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from echo import clock, db
from echo.db import Row

# Failures in a row that stop deliveries to a host, until a probe succeeds.
FAILURES_TO_OPEN = 5
# How long each probe waits after the one before; the last wait repeats.
PROBE_SECONDS = (60.0, 300.0, 900.0, 1_800.0)
# Failing for so long, a host gets nothing new.
DEAD_AFTER = timedelta(days=7)


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


@dataclass(frozen=True, slots=True)
class Failing:
    """A host that did not answer, `times` times since it was last written down."""

    name: str
    times: int
    error: str


async def note_failures(failing: Sequence[Failing], *, scale: float = 1.0) -> None:
    """They did not answer. After some failures in a row only a probe goes out, later and later.

    Shapes:  scale: multiplies every wait
    """
    now = clock.now()
    await db.execute(
        _NOTE_FAILURES,
        [each.name for each in failing],
        [each.times for each in failing],
        [each.error[:1000] for each in failing],
        [random.uniform(0.8, 1.2) for _ in failing],  # noqa: S311
        now,
        [seconds * max(scale, 1e-6) for seconds in PROBE_SECONDS],
        now - max(DEAD_AFTER * scale, timedelta(minutes=10)),
    )


_NOTE_FAILURES = f"""
    INSERT INTO hosts AS h (name, health, failures, first_failed_at, probe_at, last_error, created_at)
    SELECT t.name, CASE WHEN t.times >= {FAILURES_TO_OPEN} THEN 'open' ELSE 'closed' END, t.times,
        $5::timestamptz, $5::timestamptz + ($6::float8[])[1] * t.jitter * interval '1 second',
        t.error, $5::timestamptz
    FROM unnest($1::text[], $2::int[], $3::text[], $4::float8[]) AS t(name, times, error, jitter)
    ON CONFLICT (name) DO UPDATE SET
        failures = h.failures + excluded.failures,
        last_error = excluded.last_error,
        first_failed_at = coalesce(h.first_failed_at, $5::timestamptz),
        probe_at = $5::timestamptz + (excluded.probe_at - $5::timestamptz) / ($6::float8[])[1]
            * ($6::float8[])[1 + least(greatest(h.failures + excluded.failures - {FAILURES_TO_OPEN}, 0),
                cardinality($6) - 1)],
        health = CASE
            WHEN h.health <> 'closed' AND coalesce(h.first_failed_at, $5::timestamptz) < $7::timestamptz
                THEN 'dead'
            WHEN h.health <> 'closed' OR h.failures + excluded.failures >= {FAILURES_TO_OPEN} THEN 'open'
            ELSE 'closed' END
"""


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


async def note_signature_scheme(name: str, scheme: str) -> None:
    """It has proved how it wants requests to be signed."""
    await db.execute(
        "INSERT INTO hosts (name, health, signature_scheme, signature_seen_at, created_at)"
        " VALUES ($1, 'closed', $2, $3, $3)"
        " ON CONFLICT (name) DO UPDATE SET signature_scheme = $2, signature_seen_at = $3",
        name,
        scheme,
        clock.now(),
    )


async def signature_schemes(*, since: datetime, limit: int) -> list[Row]:
    """Rows (name, signature_scheme, signature_seen_at) of what hosts proved since then, the last first."""
    return await db.fetch(
        "SELECT name, signature_scheme, signature_seen_at FROM hosts"
        " WHERE signature_scheme <> '' AND signature_seen_at >= $1 ORDER BY signature_seen_at DESC LIMIT $2",
        since,
        limit,
    )
