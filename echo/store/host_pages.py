"""What an operator sees of deliveries: other servers, their queues, and counts of what came of everything."""

from __future__ import annotations

from echo import clock, db
from echo.db import Row
from echo.kinds import DeliveryState, HostHealth
from echo.store import deliveries, inbound
from echo.store.deliveries import EXPIRED, HOST_GONE, POISONED, WITHDRAWN

MOST_ROWS = 500
# Of each list of reasons so many are named.
MOST_REASONS = 50

# The depth of a queue by state, and the columns that hold it.
QUEUE = {DeliveryState.PENDING.value: "waiting", "leased": "leased", DeliveryState.DEAD.value: "dead"}

_HOST = """
    SELECT h.name, h.health, h.failures, h.first_failed_at, h.last_failed_at, h.last_error, h.probe_at,
        h.rest_until, h.last_ok_at, h.last_seen_at, h.signature_scheme, h.software, h.software_version,
        h.asked_at, h.created_at, queue.waiting, queue.leased, queue.oldest_at,
        (SELECT count(*) FROM deliveries d WHERE d.host = h.name AND d.state = 'dead') AS dead
    FROM hosts h CROSS JOIN LATERAL (
        SELECT count(*) AS waiting, count(*) FILTER (WHERE d.lease_until > $1) AS leased,
            min(d.created_at) AS oldest_at
        FROM deliveries d WHERE d.host = h.name AND d.state = 'pending') queue
"""


# The inner query bounds how many queues are counted.
_LISTING = f"""
    {_HOST} WHERE h.name IN (
        SELECT name FROM hosts WHERE ($2 = '' OR health = $2) AND name > $3
        ORDER BY CASE WHEN $3 = '' THEN health = 'closed' END, CASE WHEN $3 = '' THEN -failures END, name
        LIMIT $4)
    ORDER BY h.health = 'closed', h.failures DESC, h.name
"""


async def listing(*, health: str = "", after: str = "", limit: int = 100) -> list[Row]:
    """Hosts, the failing ones first, or from `after` on in the order of their names; each with its queue."""
    return await db.fetch(
        _LISTING,
        clock.now(),
        health,
        after,
        max(0, min(limit, MOST_ROWS)),
    )


async def find(name: str) -> Row | None:
    """One host with its queue."""
    return await db.fetch_one(f"{_HOST} WHERE h.name = $2", clock.now(), name.lower())


async def kinds_waiting(name: str) -> dict[str, int]:
    """How many deliveries of each type of activity wait for a host."""
    return _counted(
        await db.fetch(
            "SELECT a.kind AS name, count(*) FROM deliveries d"
            " JOIN outbound_activities a ON a.id = d.activity_id"
            " WHERE d.host = $1 AND d.state = 'pending' GROUP BY a.kind ORDER BY 2 DESC, 1",
            name,
        )
    )


async def delivery_listing(
    *, state: str = "", host: str = "", before_id: int | None = None, limit: int = 100
) -> list[Row]:
    """Deliveries, newest first, each with the id and kind of its activity."""
    return await db.fetch(
        "SELECT d.id, a.uri, a.kind, d.host, d.inbox, d.state, d.attempts, d.starts, d.due_at, d.lease_owner,"
        " d.last_status, d.last_error, d.created_at, d.finished_at"
        " FROM deliveries d JOIN outbound_activities a ON a.id = d.activity_id"
        " WHERE ($1 = '' OR d.state = $1) AND ($2 = '' OR d.host = $2)"
        " AND ($3::bigint IS NULL OR d.id < $3) ORDER BY d.id DESC LIMIT $4",
        state,
        host,
        before_id,
        max(0, min(limit, MOST_ROWS)),
    )


_OUTCOME = f"""
    CASE WHEN state = 'done' THEN 'delivered'
        WHEN state = 'pending' THEN CASE WHEN attempts = 0 THEN 'waiting' ELSE 'retrying' END
        WHEN last_error LIKE '{EXPIRED}%' THEN '{EXPIRED}'
        WHEN last_error IN ('{WITHDRAWN}', '{HOST_GONE}', '{POISONED}')
            THEN last_error
        WHEN last_status IS NOT NULL THEN 'refused ' || last_status
        ELSE 'no answer' END
"""


_END = f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_REASONS}"
_OUTCOMES = f"SELECT {_OUTCOME} AS name, count(*) FROM deliveries {_END}"
_ATTEMPTS = f"SELECT attempts::text AS name, count(*) FROM deliveries WHERE state = 'pending' {_END}"
_STATUSES = f"""
    SELECT last_status::text AS name, count(*) FROM deliveries
    WHERE last_status IS NOT NULL AND state <> 'pending' {_END}
"""
_HEALTH = f"SELECT health AS name, count(*) FROM hosts {_END}"
_SIGNATURES = f"SELECT signature_scheme AS name, count(*) FROM hosts WHERE signature_scheme <> '' {_END}"
_SOFTWARE = f"SELECT software AS name, count(*) FROM hosts WHERE software <> '' {_END}"
_REASONS = f"SELECT reason AS name, count(*) FROM inbound_activities WHERE reason <> '' {_END}"
_KINDS = f"SELECT kind AS name, count(*) FROM inbound_activities WHERE state = 'done' {_END}"
_OLDEST = """
    SELECT (SELECT min(created_at) FROM deliveries WHERE state = 'pending') AS outbound,
        (SELECT min(created_at) FROM inbound_activities WHERE state = 'pending') AS inbound
"""


async def metrics() -> dict[str, object]:
    """Counts over everything that is kept; all of them are made from the rows themselves."""
    health, now = _counted(await db.fetch(_HEALTH)), clock.now()
    [oldest] = await db.fetch(_OLDEST)
    age = {name: 0.0 if at is None else (now - at).total_seconds() for name, at in dict(oldest).items()}
    return {
        "deliveries": await deliveries.summary()
        | {
            "oldest_seconds": age["outbound"],
            "outcomes": _counted(await db.fetch(_OUTCOMES)),
            "attempts": _counted(await db.fetch(_ATTEMPTS)),
            "statuses": _counted(await db.fetch(_STATUSES)),
        },
        "hosts": {each.value: health.get(each.value, 0) for each in HostHealth},
        "signatures": _counted(await db.fetch(_SIGNATURES)),
        "software": _counted(await db.fetch(_SOFTWARE)),
        "inbound": await inbound.summary()
        | {
            "oldest_seconds": age["inbound"],
            "reasons": _counted(await db.fetch(_REASONS)),
            "kinds": _counted(await db.fetch(_KINDS)),
        },
    }


def _counted(rows: list[Row]) -> dict[str, int]:
    return {row["name"]: row["count"] for row in rows}
