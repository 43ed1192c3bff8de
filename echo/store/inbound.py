"""Activities that others delivered: stored before the answer, processed later, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from echo import clock, db, logs
from echo.db import Row
from echo.kinds import InboundState
from echo.store.by_index import BY_INDEX
from echo.store.together import Together

# Id, owner of the lease, state, reason.
_Finished = tuple[int, str, str, str]

_CLAIM_LOCK = 4_602_002

# Of one actor so many are taken at once: they are processed one after the other.
_OF_ONE_ACTOR = 8

# Those that a worker died with are suspects: each is taken alone, and what their actors sent later waits.
_CLAIM = f"""
    WITH held AS MATERIALIZED (
        SELECT h.actor_uri, bool_or(h.lease_until > $1) AS is_busy,
            min(h.id) FILTER (WHERE h.deaths > 0 OR h.lease_until <= $1) AS suspect_id
        FROM inbound_activities h
        WHERE h.state = 'pending' AND (h.deaths > 0 OR h.lease_until IS NOT NULL) GROUP BY h.actor_uri
    )
    UPDATE inbound_activities i SET lease_owner = $3, lease_until = $4, attempts = attempts + 1,
        deaths = deaths + (i.lease_until IS NOT NULL)::int
    FROM (
        SELECT head.id, head.seen FROM (
            SELECT due.id, row_number() OVER (PARTITION BY due.actor_uri ORDER BY due.id) AS place,
                count(*) OVER () AS seen FROM (
                SELECT w.id, w.actor_uri FROM inbound_activities w
                WHERE w.state = 'pending' AND w.due_at <= $1
                  AND w.lease_until IS NULL AND w.deaths = 0
                  AND NOT EXISTS (SELECT 1 FROM held WHERE held.actor_uri = w.actor_uri
                        AND (held.is_busy OR held.suspect_id < w.id))
                ORDER BY w.id LIMIT 512) due
        ) head WHERE head.place <= {_OF_ONE_ACTOR} ORDER BY head.id LIMIT $2
    ) picked
    WHERE i.id = picked.id
    RETURNING i.id, i.actor_uri, i.signer_uri, i.uri, i.kind, i.body, i.attempts, i.deaths, i.created_at,
        picked.seen
"""

_CLAIM_SUSPECT = """
    UPDATE inbound_activities i SET lease_owner = $3, lease_until = $4, attempts = attempts + 1,
        deaths = deaths + (i.lease_until IS NOT NULL)::int
    WHERE i.id IN (
        SELECT w.id FROM inbound_activities w
        WHERE w.state = 'pending' AND (w.deaths > 0 OR w.lease_until IS NOT NULL)
          AND (w.deaths > 0 OR w.lease_until <= $1) AND w.due_at <= $1
          AND (w.lease_until IS NULL OR w.lease_until <= $1)
          AND NOT EXISTS (SELECT 1 FROM inbound_activities e WHERE e.actor_uri = w.actor_uri
                AND e.state = 'pending' AND e.lease_until > $1)
        ORDER BY w.id LIMIT $2)
    RETURNING i.id, i.actor_uri, i.signer_uri, i.uri, i.kind, i.body, i.attempts, i.deaths, i.created_at,
        1 AS seen
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An activity whose sender is proven.

    Shapes:  actor_uri: who is answerable for the row, the signer; uri: its id, or a digest where it has none;
             reason: set when it is known already that it has no effect
    """

    actor_uri: str
    signer_uri: str
    uri: str
    kind: str
    host: str
    body: bytes
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An activity that this worker may process until its lease ends."""

    id: int
    actor_uri: str
    signer_uri: str
    uri: str
    kind: str
    body: bytes
    attempts: int
    deaths: int
    created_at: datetime
    # How many were due when this one was claimed, itself included, as far as was looked.
    seen: int = 1


async def insert(received: Received) -> bool:
    """Store an activity once. Two deliveries with one id of one actor are one activity.

    A Follow that comes again long after it was processed is processed again: its sender is still waiting.

    Returns: whether there is something to process
    """
    now = clock.now()
    state = InboundState.IGNORED if received.reason else InboundState.PENDING
    rows = await db.fetch(
        "INSERT INTO inbound_activities AS i (actor_uri, uri, kind, signer_uri, host, body, state, reason,"
        " due_at, created_at, finished_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)"
        " ON CONFLICT (actor_uri, uri) DO UPDATE SET state = 'pending', due_at = $9, attempts = 0,"
        " reason = '', finished_at = NULL, body = excluded.body"
        " WHERE i.kind = 'Follow' AND excluded.kind = 'Follow' AND excluded.state = 'pending'"
        " AND i.finished_at < $11 RETURNING state",
        received.actor_uri,
        received.uri,
        received.kind[:64],
        received.signer_uri,
        received.host,
        received.body,
        str(state),
        received.reason[:64],
        now,
        now if received.reason else None,
        now - timedelta(minutes=1),
    )
    return bool(rows) and rows[0]["state"] == InboundState.PENDING


async def claim(*, owner: str, limit: int, lease_seconds: float) -> list[Stored]:
    """Take up to `limit` due activities, oldest first. Two workers never hold the same actor's."""
    return await _claim(_CLAIM, owner, limit, lease_seconds)


async def claim_suspect(*, owner: str, lease_seconds: float) -> Stored | None:
    """Take one that a worker died with, for a try on which nothing else depends."""
    taken = await _claim(_CLAIM_SUSPECT, owner, 1, lease_seconds)
    return taken[0] if taken else None


async def has_suspects() -> bool:
    """Whether there is one that a worker died with, and that may be tried now."""
    found: bool = await db.fetch_value(
        "SELECT EXISTS (SELECT 1 FROM inbound_activities WHERE state = 'pending'"
        " AND (deaths > 0 OR lease_until IS NOT NULL) AND due_at <= $1"
        " AND (lease_until <= $1 OR (lease_until IS NULL AND deaths > 0)))",
        clock.now(),
    )
    return found


async def _claim(statement: str, owner: str, limit: int, lease_seconds: float) -> list[Stored]:
    now = clock.now()
    async with db.unit_of_work():
        await db.execute(f"SELECT pg_advisory_xact_lock({_CLAIM_LOCK}), {BY_INDEX}")
        rows = await db.fetch(statement, now, limit, owner, now + timedelta(seconds=lease_seconds))
    taken = [
        Stored(
            id=row["id"],
            actor_uri=row["actor_uri"],
            signer_uri=row["signer_uri"],
            uri=row["uri"],
            kind=row["kind"],
            body=row["body"],
            attempts=row["attempts"],
            deaths=row["deaths"],
            created_at=row["created_at"],
            seen=row["seen"],
        )
        for row in rows
    ]
    return sorted(taken, key=lambda stored: stored.id)


async def finish(inbound_id: int, owner: str, *, state: InboundState, reason: str = "") -> None:
    """Write what came of an activity: done, or ignored or dead for a reason."""
    await _FINISHED.ask((inbound_id, owner, str(state), reason[:64]))


async def _finish(finished: Sequence[_Finished]) -> dict[_Finished, None]:
    await db.execute(
        "UPDATE inbound_activities i SET state = f.state, reason = f.reason, lease_owner = '',"
        " lease_until = NULL, finished_at = $5"
        " FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS f(id, owner, state, reason)"
        " WHERE i.id = f.id AND i.lease_owner = f.owner",
        *(list(column) for column in zip(*finished, strict=True)),
        clock.now(),
    )
    return {}


_FINISHED = Together(_finish)


async def postpone(inbound_id: int, owner: str, *, due_at: datetime, error: str) -> None:
    """Try an activity again later."""
    await db.execute(
        "UPDATE inbound_activities SET due_at = $3, last_error = $4, lease_owner = '', lease_until = NULL,"
        " deaths = 0"
        " WHERE id = $1 AND lease_owner = $2",
        inbound_id,
        owner,
        due_at,
        logs.keepable(error),
    )


async def give_back(ids: Sequence[int], owner: str) -> None:
    """End the lease of activities that nothing came of."""
    await db.execute(
        "UPDATE inbound_activities SET lease_owner = '', lease_until = NULL"
        " WHERE id = ANY($1) AND lease_owner = $2 AND state = 'pending'",
        list(ids),
        owner,
    )


async def release_leases(owner: str, *, died: bool = False) -> int:
    """Give back what a worker slot held: at its start (it died before) and at its end. Returns how many."""
    return await db.execute(
        "UPDATE inbound_activities SET lease_owner = '', lease_until = NULL, deaths = deaths + $2"
        " WHERE lease_owner = $1 AND lease_until IS NOT NULL",
        owner,
        int(died),
    )


async def summary() -> dict[str, int]:
    """How many activities are in each state."""
    rows = await db.fetch("SELECT state, count(*) FROM inbound_activities GROUP BY state")
    counts = {row["state"]: row["count"] for row in rows}
    return {state.value: counts.get(state.value, 0) for state in InboundState}


async def reasons(*, host: str = "") -> list[Row]:
    """Why activities had no effect, the most frequent first; only those of one host, when given.

    Returns: rows (reason, kind, count, hosts: from how many; most_from: the host that sent most of them)
    """
    return await db.fetch(
        "SELECT reason, kind, count(*), count(DISTINCT host) AS hosts,"
        " mode() WITHIN GROUP (ORDER BY host) AS most_from FROM inbound_activities"
        " WHERE reason <> '' AND ($1 = '' OR host = $1)"
        " GROUP BY reason, kind ORDER BY count(*) DESC, reason, kind",
        host,
    )


async def listing(*, reason: str = "", state: str = "", host: str = "", limit: int = 100) -> list[Row]:
    """Activities for the operator, newest first, without their bodies."""
    return await db.fetch(
        "SELECT id, actor_uri, signer_uri, uri, kind, host, state, reason, attempts, due_at, last_error,"
        " created_at, finished_at FROM inbound_activities"
        " WHERE ($1 = '' OR reason = $1) AND ($2 = '' OR state = $2)"
        " AND ($4 = '' OR host = $4) ORDER BY id DESC LIMIT $3",
        reason,
        state,
        max(0, limit),
        host,
    )


async def requeue(ids: Sequence[int] = ()) -> int:
    """Process dead activities again: these, or all. Returns how many."""
    return await db.execute(
        "UPDATE inbound_activities SET state = 'pending', due_at = $2, attempts = 0, deaths = 0, reason = '',"
        " finished_at = NULL WHERE state = 'dead' AND (cardinality($1::bigint[]) = 0 OR id = ANY($1))",
        list(ids),
        clock.now(),
    )
