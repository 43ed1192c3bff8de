"""Deliveries: claimed with a lease and a token, finished in batches, never lost.

A claim takes due deliveries of some hosts, a few of each. Claims are made one at a time (an advisory lock),
so that the number under way to a host is exact. A result counts only while the token of its claim stands.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from echo import clock, db, logs
from echo.kinds import DeliveryState
from echo.store import by_index
from echo.store.by_index import BY_INDEX

# One number of the advisory locks of this database: "who may claim deliveries".
_CLAIM_LOCK = 4_602_001
EXPIRE_ROWS = 1000
# Why a delivery is given up though nobody refused it, as `last_error` says it.
WITHDRAWN, EXPIRED = "withdrawn", "expired"
POISONED, HOST_GONE = "its worker died with it too often", "the host is gone"
# A lease that ends further ahead than any lease lasts was made before the clock was set back.
CLOCK_STEP = timedelta(minutes=5)

# Two index probes for each host, whatever waits there. The inner queries keep the order of the scan, where
# joins would not.
_HOSTS = """
    WITH RECURSIVE waiting AS (
        (SELECT d.host, d.due_at FROM deliveries d WHERE d.state = 'pending' AND d.host > $1
            ORDER BY d.host, d.due_at LIMIT 1)
        UNION ALL
        SELECT n.host, n.due_at FROM waiting w CROSS JOIN LATERAL (
            SELECT d.host, d.due_at FROM deliveries d WHERE d.state = 'pending' AND d.host > w.host
            ORDER BY d.host, d.due_at LIMIT 1) n
    )
    SELECT w.host FROM waiting w WHERE w.due_at <= $2 AND NOT coalesce(
        (SELECT h.health IN ('dead', 'gone') OR (h.health = 'open' AND h.probe_at > $2) FROM hosts h
            WHERE h.name = w.host), false)
        AND ($4::bool IS NULL OR $4 = coalesce(
            (SELECT h.health = 'closed' AND h.failures = 0 AND h.last_ok_at IS NOT NULL FROM hosts h
                WHERE h.name = w.host), false))
    LIMIT $3
"""

_CLAIM = """
    WITH picked AS (
        SELECT due.id, h.health = 'open' AS is_probe
        FROM unnest($1::text[]) WITH ORDINALITY AS w(host, place) LEFT JOIN hosts h ON h.name = w.host
        CROSS JOIN LATERAL (
            SELECT d.id FROM deliveries d
            WHERE d.host = w.host AND d.state = 'pending' AND d.due_at <= $2
              AND (d.lease_until IS NULL OR d.lease_until <= $2 OR d.lease_until > $8)
              AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.host = d.host AND e.state = 'pending'
                    AND e.order_key = d.order_key AND e.activity_id < d.activity_id)
            ORDER BY d.due_at
            LIMIT greatest(0, CASE WHEN h.health = 'open' OR h.failures > 0 THEN 1 ELSE $3 END
                - (SELECT count(*) FROM deliveries l
                    WHERE l.host = w.host AND l.lease_until > $2 AND l.lease_until <= $8))
            FOR UPDATE SKIP LOCKED
        ) due
        WHERE h.health IS NULL OR h.health = 'closed' OR (h.health = 'open' AND h.probe_at <= $2)
        ORDER BY w.place LIMIT $4
    )
    UPDATE deliveries d SET lease_owner = $5, lease_token = $6, lease_until = $7, starts = starts + 1,
        deaths = deaths + (d.lease_until IS NOT NULL)::int
    FROM picked WHERE d.id = picked.id
    RETURNING d.id, d.activity_id, d.host, d.inbox, d.attempts, d.deaths, d.created_at, picked.is_probe
"""

_FINISH = """
    UPDATE deliveries d SET state = r.state, attempts = d.attempts + r.tried, due_at = r.due_at,
        lease_owner = '', lease_until = NULL, last_status = r.status, last_error = r.error,
        finished_at = CASE WHEN r.state = 'pending' THEN NULL ELSE $8::timestamptz END
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[], $5::int[], $6::text[], $7::int[])
        AS r(id, token, state, due_at, status, error, tried)
    WHERE d.id = r.id AND d.lease_token = r.token AND d.state = 'pending' AND d.lease_until IS NOT NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery that this worker may make until its lease ends."""

    id: int
    activity_id: int
    host: str
    inbox: str
    attempts: int
    deaths: int
    created_at: datetime
    token: int
    is_probe: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a claim.

    Shapes:  state: PENDING to try again at due_at; status: HTTP status, None where no answer came;
             tried: whether the peer was asked (a withdrawn try does not count)
    """

    id: int
    token: int
    state: DeliveryState
    due_at: datetime
    status: int | None = None
    error: str = ""
    tried: bool = True


async def next_hosts(after: str, *, limit: int, well: bool | None = None) -> list[str]:
    """Hosts with something due that may be tried, in the order of their names.

    Shapes:  after: where the last look ended, empty to begin; fewer than `limit` are the last ones; well:
             only those that took the last thing they were sent, or only the others
    """
    return [row["host"] for row in await by_index.fetch(_HOSTS, after, clock.now(), limit, well)]


async def claim(
    hosts: Sequence[str], *, owner: str, limit: int, per_host: int, lease_seconds: float
) -> list[Claimed]:
    """Take up to `limit` due deliveries to these hosts, the first of them first.

    Shapes:  owner: slot of the worker; per_host: most under way to each, of all workers
    """
    now = clock.now()
    until = now + timedelta(seconds=lease_seconds)
    token = secrets.randbits(62)
    async with db.unit_of_work():
        await db.execute(f"SELECT pg_advisory_xact_lock({_CLAIM_LOCK}), {BY_INDEX}")
        beyond = until + CLOCK_STEP
        rows = await db.fetch(_CLAIM, list(hosts), now, per_host, limit, owner, token, until, beyond)
        probes = [row["host"] for row in rows if row["is_probe"]]
        if probes:
            # One try at a time for a host that was failing; the next one not before this one is over.
            await db.execute("UPDATE hosts SET probe_at = $2 WHERE name = ANY($1)", probes, until)
    return [
        Claimed(
            id=row["id"],
            activity_id=row["activity_id"],
            host=row["host"],
            inbox=row["inbox"],
            attempts=row["attempts"],
            deaths=row["deaths"],
            created_at=row["created_at"],
            token=token,
            is_probe=bool(row["is_probe"]),
        )
        for row in sorted(rows, key=lambda row: int(row["id"]))
    ]


async def finish(results: Sequence[Result]) -> int:
    """Write what came of claims. Those whose lease was taken over meanwhile are left alone.

    Returns: how many counted
    """
    return await db.execute(
        _FINISH,
        [result.id for result in results],
        [result.token for result in results],
        [str(result.state) for result in results],
        [result.due_at for result in results],
        [result.status for result in results],
        [logs.keepable(result.error) for result in results],
        [int(result.tried) for result in results],
        clock.now(),
    )


async def release_leases(owner: str, *, died: bool = False) -> int:
    """Give back what a worker slot held: at its start (it died before) and at its end.

    Returns: how many
    """
    return await db.execute(
        "UPDATE deliveries SET lease_owner = '', lease_until = NULL, deaths = deaths + $2"
        " WHERE lease_owner = $1 AND lease_until IS NOT NULL",
        owner,
        int(died),
    )


async def expire(*, limit: int = EXPIRE_ROWS) -> int:
    """Give up deliveries whose activity is too old to matter. Returns how many."""
    return await db.execute(
        "UPDATE deliveries SET state = 'dead', finished_at = $1, lease_owner = '', lease_until = NULL,"
        f" last_error = CASE WHEN last_error = '' THEN '{EXPIRED}' ELSE '{EXPIRED}: ' || last_error END"
        " WHERE id IN (SELECT d.id FROM deliveries d JOIN outbound_activities a ON a.id = d.activity_id"
        " WHERE a.expires_at < $1 AND d.state = 'pending' AND (d.lease_until IS NULL OR d.lease_until <= $1)"
        " LIMIT $2)",
        clock.now(),
        limit,
    )


async def hurry(hosts: Sequence[str]) -> int:
    """Make everything that waits for these hosts due now. Returns how many."""
    return await db.execute(
        "UPDATE deliveries SET due_at = $2 WHERE host = ANY($1) AND state = 'pending' AND due_at > $2"
        " AND lease_until IS NULL",
        list(hosts),
        clock.now(),
    )


async def hurry_one(delivery_id: int) -> int:
    """Make a delivery that waits due now. Returns how many that were: one or none."""
    return await db.execute(
        "UPDATE deliveries SET due_at = $2 WHERE id = $1 AND state = 'pending' AND lease_until IS NULL",
        delivery_id,
        clock.now(),
    )


async def hosts_of(*, delivery_id: int | None = None, host: str = "") -> list[str]:
    """The hosts for which something waits: that of a delivery, the one that is named, or all."""
    rows = await db.fetch(
        "SELECT DISTINCT host FROM deliveries WHERE state = 'pending'"
        " AND ($1::bigint IS NULL OR id = $1) AND ($2 = '' OR host = $2)",
        delivery_id,
        host,
    )
    return [row["host"] for row in rows]


async def give_up(hosts: Sequence[str], error: str) -> int:
    """Give up everything that waits for these hosts. Returns how many."""
    return await db.execute(
        "UPDATE deliveries SET state = 'dead', finished_at = $2, last_error = $3"
        " WHERE host = ANY($1) AND state = 'pending' AND lease_until IS NULL",
        list(hosts),
        clock.now(),
        logs.keepable(error),
    )


async def summary() -> dict[str, int]:
    """How many deliveries are in each state, and how many are under way (`leased`)."""
    rows = await db.fetch("SELECT state, count(*) FROM deliveries GROUP BY state")
    counts = {row["state"]: row["count"] for row in rows}
    leased = await db.fetch_value(
        "SELECT count(*) FROM deliveries WHERE lease_until IS NOT NULL AND lease_until > $1", clock.now()
    )
    return {state.value: counts.get(state.value, 0) for state in DeliveryState} | {"leased": leased}


async def requeue(*, delivery_id: int | None = None, host: str = "") -> int:
    """Try dead deliveries again: one, those of a host, or all. Their time to live begins anew.

    Returns: how many
    """
    now = clock.now()
    condition = "d.state = 'dead' AND ($1::bigint IS NULL OR d.id = $1) AND ($2 = '' OR d.host = $2)"
    async with db.unit_of_work():
        await db.execute(
            "UPDATE outbound_activities a SET expires_at = greatest(expires_at, $3) WHERE EXISTS"
            f" (SELECT 1 FROM deliveries d WHERE d.activity_id = a.id AND {condition})",
            delivery_id,
            host,
            now + timedelta(days=7),
        )
        return await db.execute(
            "UPDATE deliveries d SET state = 'pending', due_at = $3, attempts = 0, deaths = 0,"
            f" finished_at = NULL WHERE {condition}",
            delivery_id,
            host,
            now,
        )


async def drop(*, delivery_id: int | None = None, host: str = "") -> int:
    """Take deliveries that wait or are dead away for good: one, or those of a host. Returns how many."""
    return await db.execute(
        "DELETE FROM deliveries WHERE state <> 'done' AND (lease_until IS NULL OR lease_until <= $3)"
        " AND (id = $1 OR ($1::bigint IS NULL AND host = $2))",
        delivery_id,
        host,
        clock.now(),
    )
