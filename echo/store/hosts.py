"""Other servers as places to deliver to: whether they answer, and when to try again.

A host stands here by the host of its inboxes. What it says to us schedules a try, and proves nothing: only an
answer to one of ours closes its circuit.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from echo import clock, db, logs
from echo.db import Row
from echo.kinds import HostHealth

# Failures in a row that stop deliveries to a host, until a probe succeeds.
FAILURES_TO_OPEN = 5
# Not there at all, and not heard of for so long: one failure is enough.
FRESH = timedelta(days=1)
# How long each probe waits after the one before; the last wait repeats.
PROBE_SECONDS = (60.0, 300.0, 900.0, 3_600.0, 10_800.0, 21_600.0, 43_200.0)
# Failing for so long, a host gets nothing new.
DEAD_AFTER = timedelta(days=7)
# How often a host that is dead or gone is asked whether it is back.
WEEK = timedelta(days=7)
# A host that speaks to us and never answers is tried at most this often, after so many failures.
PATIENCE_FAILURES, PATIENCE_MINUTES = 8, 15
# More are not kept: whoever has names without end shall not fill this table.
MOST_HOSTS = 200_000


async def note_successes(names: Sequence[str]) -> list[str]:
    """They answered: deliveries flow, but where a rest was asked for.

    Returns: those that were given a rest before
    """
    rows = await db.fetch(_NOTE_SUCCESSES, sorted(set(names)), clock.now())
    return [row["name"] for row in rows]


_NOTE_SUCCESSES = """
    WITH resting AS (SELECT name FROM hosts WHERE name = ANY($1) AND health <> 'closed'
            AND (rest_until IS NULL OR rest_until <= $2) FOR UPDATE),
    noted AS (INSERT INTO hosts AS h (name, health, last_ok_at, created_at)
        SELECT name, 'closed', $2, $2 FROM unnest($1::text[]) AS t(name)
        ON CONFLICT (name) DO UPDATE SET failures = 0, probes = 0, first_failed_at = NULL, last_ok_at = $2,
            health = CASE WHEN h.rest_until > $2 THEN h.health ELSE 'closed' END,
            probe_at = CASE WHEN h.rest_until > $2 THEN h.probe_at END,
            rest_until = CASE WHEN h.rest_until > $2 THEN h.rest_until END)
    SELECT name FROM resting
"""


@dataclass(frozen=True, slots=True)
class Failing:
    """A host that did not take something, `times` times since it was last written down.

    Shapes:  is_absent: there was no answer at all; is_probe: it was the one try of a host that was failing
    """

    name: str
    times: int
    error: str
    is_absent: bool = False
    is_probe: bool = False


async def note_failures(failing: Sequence[Failing], *, scale: float = 1.0) -> None:
    """They did not take it. After some failures in a row only a probe goes out, later and later.

    Shapes:  scale: multiplies every wait
    """
    now = clock.now()
    await db.execute(
        _NOTE_FAILURES,
        [each.name for each in failing],
        [each.times for each in failing],
        [logs.keepable(each.error) for each in failing],
        [random.uniform(0.8, 1.2) for _ in failing],  # noqa: S311
        now,
        [seconds * max(scale, 1e-6) for seconds in PROBE_SECONDS],
        now - max(DEAD_AFTER * scale, timedelta(minutes=10)),
        [each.is_absent for each in failing],
        [each.is_probe for each in failing],
        now - FRESH,
        now + max(WEEK * scale, timedelta(minutes=1)),
    )


_NOTE_FAILURES = f"""
    INSERT INTO hosts AS h (name, health, failures, probes, first_failed_at, last_failed_at, probe_at,
        last_error, created_at)
    SELECT t.name, CASE WHEN t.is_absent OR t.times >= {FAILURES_TO_OPEN} THEN 'open' ELSE 'closed' END,
        t.times, t.is_probe::int, $5::timestamptz, $5,
        $5 + ($6::float8[])[1] * t.jitter * interval '1 second', t.error, $5
    FROM unnest($1::text[], $2::int[], $3::text[], $4::float8[], $8::bool[], $9::bool[])
        AS t(name, times, error, jitter, is_absent, is_probe)
    ON CONFLICT (name) DO UPDATE SET
        failures = h.failures + excluded.failures,
        last_error = excluded.last_error, last_failed_at = $5,
        first_failed_at = coalesce(h.first_failed_at, $5),
        probes = CASE WHEN h.health = 'closed' THEN 0 ELSE h.probes + excluded.probes END,
        probe_at = CASE
            WHEN h.health = 'gone' OR (h.health <> 'closed' AND coalesce(h.first_failed_at, $5) < $7) THEN $11
            WHEN h.health <> 'closed' AND excluded.probes = 0 THEN h.probe_at
            ELSE greatest(h.rest_until, $5 + (excluded.probe_at - $5) / ($6::float8[])[1] * ($6::float8[])
                [1 + CASE WHEN h.health = 'closed' THEN 0 ELSE least(h.probes + 1, cardinality($6) - 1) END])
            END,
        health = CASE
            WHEN h.health = 'gone' THEN 'gone'
            WHEN h.health <> 'closed' AND coalesce(h.first_failed_at, $5) < $7 THEN 'dead'
            WHEN h.health <> 'closed' OR h.failures + excluded.failures >= {FAILURES_TO_OPEN}
                OR (excluded.health = 'open' AND coalesce(h.last_ok_at, '-infinity') < $10) THEN 'open'
            ELSE 'closed' END
"""


async def pause(name: str, until: datetime, error: str) -> None:
    """It asked to be left alone until then. That is no failure."""
    await db.execute(
        "INSERT INTO hosts AS h (name, health, probe_at, rest_until, last_error, created_at)"
        " VALUES ($1, 'open', $2, $2, $3, $4) ON CONFLICT (name) DO UPDATE SET last_error = $3,"
        " rest_until = greatest(h.rest_until, $2), probe_at = greatest(h.rest_until, $2),"
        " health = CASE WHEN h.health IN ('dead', 'gone') THEN h.health ELSE 'open' END",
        name,
        until,
        logs.keepable(error),
        clock.now(),
    )


async def note_gone(names: Sequence[str], error: str) -> None:
    """Their shared inbox says that it is gone for good."""
    now = clock.now()
    await db.execute(
        "UPDATE hosts SET health = 'gone', last_error = $2, last_failed_at = $3,"
        " first_failed_at = coalesce(first_failed_at, $3), probe_at = $4 WHERE name = ANY($1)",
        list(names),
        logs.keepable(error),
        now,
        now + WEEK,
    )


async def note_heard(names: Sequence[str], *, scale: float = 1.0) -> list[str]:
    """They proved to us that they live: the next delivery to those that were failing is tried soon.

    Not sooner than the rest they asked for, and of one that never answers not every time.

    Returns: those that were failing
    """
    rows = await db.fetch(_NOTE_HEARD, sorted(set(names)), clock.now(), scale, MOST_HOSTS)
    return [row["name"] for row in rows if row["health"] != "closed" or row["failures"]]


_NOTE_HEARD = f"""
    INSERT INTO hosts AS h (name, health, last_seen_at, created_at)
    SELECT name, 'closed', $2::timestamptz, $2 FROM unnest($1::text[]) AS t(name)
    WHERE (SELECT reltuples FROM pg_class WHERE oid = 'hosts'::regclass) < $4
        OR EXISTS (SELECT 1 FROM hosts k WHERE k.name = t.name)
    ON CONFLICT (name) DO UPDATE SET last_seen_at = $2,
        health = CASE WHEN h.health = 'dead' THEN 'open' ELSE h.health END,
        probe_at = CASE WHEN h.health <> 'closed' THEN least(h.probe_at, greatest($2, h.rest_until,
            h.last_failed_at + $3::float8 * interval '1 minute'
                * least(greatest(h.failures - {PATIENCE_FAILURES}, 0), {PATIENCE_MINUTES}))) END
    RETURNING name, health, failures
"""


async def revive(names: Sequence[str]) -> None:
    """Something there answers again, or the operator wants it: the next delivery is tried at once."""
    await db.execute(
        "UPDATE hosts SET health = 'open', probe_at = $2, rest_until = NULL, first_failed_at = $2, probes = 0"
        " WHERE name = ANY($1) AND health <> 'closed'",
        list(names),
        clock.now(),
    )


async def well_among(names: Sequence[str]) -> set[str]:
    """Those of these hosts that took the last thing they were sent."""
    rows = await db.fetch(
        "SELECT name FROM hosts WHERE name = ANY($1) AND health = 'closed' AND failures = 0"
        " AND last_ok_at IS NOT NULL",
        list(names),
    )
    return {row["name"] for row in rows}


async def to_look_at(*, limit: int) -> list[str]:
    """Hosts to ask what they run: new ones, those asked a week ago, the dead whose weekly probe is due."""
    now = clock.now()
    rows = await db.fetch(
        "SELECT name FROM hosts WHERE (health = 'closed' AND (asked_at IS NULL OR asked_at < $2))"
        " OR (health IN ('dead', 'gone') AND probe_at <= $1 AND (asked_at IS NULL OR asked_at < $3))"
        " ORDER BY asked_at NULLS FIRST LIMIT $4",
        now,
        now - WEEK,
        now - timedelta(minutes=5),
        limit,
    )
    return [row["name"] for row in rows]


async def note_asked(name: str) -> None:
    """It is asked now; whatever comes of it, not again for a week."""
    now = clock.now()
    await db.execute(
        "UPDATE hosts SET asked_at = $2,"
        " probe_at = CASE WHEN health IN ('dead', 'gone') THEN $3::timestamptz ELSE probe_at END"
        " WHERE name = $1",
        name,
        now,
        now + WEEK,
    )


async def note_software(name: str, software: str, version: str) -> None:
    """What it says that it runs. Whoever was given up and says something lives."""
    now = clock.now()
    await db.execute(
        "UPDATE hosts SET software = $2, software_version = $3,"
        " first_failed_at = CASE WHEN health IN ('dead', 'gone') THEN $4 ELSE first_failed_at END,"
        " probes = CASE WHEN health IN ('dead', 'gone') THEN 0 ELSE probes END,"
        " probe_at = CASE WHEN health IN ('dead', 'gone') THEN $4 ELSE probe_at END,"
        " health = CASE WHEN health IN ('dead', 'gone') THEN 'open' ELSE health END WHERE name = $1",
        name,
        software[:128],
        version[:128],
        now,
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


async def count_by_health() -> dict[str, int]:
    """How many other servers are in each state."""
    rows = await db.fetch("SELECT health, count(*) FROM hosts GROUP BY health")
    found = {row["health"]: row["count"] for row in rows}
    return {health.value: found.get(health.value, 0) for health in HostHealth}
