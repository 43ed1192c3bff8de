"""What is changed in a database that was just loaded from a backup; see `echo.actions.restored`."""

from __future__ import annotations

from datetime import datetime

from echo import db
from echo.db import Row

# How far numbers are moved on: further than a server gets between two backups.
STEP = 1_000_000
VERSION_STEP = 1_000
REASON = "held back: the server was restored from a backup"
# Jobs that say something to somebody who is not on this server.
OUTWARD = ("federation.send_%", "push.%", "letters.%", "mail.%")


async def hold_deliveries(now: datetime, limit: int) -> int:
    """Give up some of what waits to be sent; how many."""
    return await db.execute(
        "UPDATE deliveries SET state = 'dead', finished_at = $1, last_error = $2, lease_owner = '',"
        " lease_until = NULL WHERE id IN (SELECT id FROM deliveries WHERE state = 'pending' LIMIT $3)",
        now,
        REASON,
        limit,
    )


async def hold_jobs() -> int:
    """Give up jobs that say something outside; how many."""
    return await db.execute(
        "UPDATE jobs SET dead = true, last_error = $1, lease_owner = '', lease_until = NULL"
        " WHERE NOT dead AND name LIKE ANY($2)",
        REASON,
        list(OUTWARD),
    )


async def hold_schedules(now: datetime, reason: str) -> int:
    """Keep posts whose time has come meanwhile, with the reason; how many."""
    return await db.execute(
        "UPDATE scheduled_posts SET failure = $2, lease_owner = '', lease_until = NULL"
        " WHERE failure = '' AND due_at <= $1",
        now,
        reason,
    )


async def end_leases() -> None:
    """Nobody works on anything."""
    for table in ("jobs", "deliveries", "inbound_activities", "scheduled_posts"):
        await db.execute(
            f"UPDATE {table} SET lease_owner = '', lease_until = NULL WHERE lease_until IS NOT NULL"
        )


async def move_numbers_on() -> None:
    """Let every sequence, and every version of what is ours, be higher than it can have become."""
    await db.execute(
        "SELECT setval(c.oid::regclass, coalesce(pg_sequence_last_value(c.oid::regclass), 0) + $1)"
        " FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_sequence s ON s.seqrelid = c.oid AND s.seqtypid = 'bigint'::regtype"
        " WHERE n.nspname = current_schema() AND c.relkind = 'S'",
        STEP,
    )
    await db.execute("UPDATE accounts SET version = version + $1 WHERE domain = ''", VERSION_STEP)


async def move_versions_on(after_id: int, limit: int) -> int | None:
    """The versions of some posts of ours; the id to go on after, or None when that was all."""
    found = await db.fetch_value(
        "WITH batch AS (SELECT id FROM posts WHERE local AND id > $1 ORDER BY id LIMIT $2),"
        " done AS (UPDATE posts p SET version = version + $3 FROM batch WHERE p.id = batch.id)"
        " SELECT CASE WHEN count(*) = $2 THEN max(id) END FROM batch",
        after_id,
        limit,
        VERSION_STEP,
    )
    return None if found is None else int(found)


async def keys_after(account_id: int, limit: int) -> list[Row]:
    """Keys of people here, by id: (account_id, private_pem, public_pem, ed25519_private_pem,
    ed25519_public_pem).
    """
    return await db.fetch(
        "SELECT account_id, private_pem, public_pem, ed25519_private_pem, ed25519_public_pem"
        " FROM account_keys WHERE account_id > $1 ORDER BY account_id LIMIT $2",
        account_id,
        limit,
    )
