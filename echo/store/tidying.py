"""Rows that have served are deleted, in batches that hold no lock for long."""

from __future__ import annotations

from echo import clock, db
from echo.store import hosts

BATCH_ROWS = 5000


async def forget_finished_work() -> None:
    """Deliveries and inbound activities that are done, after a time in which somebody may look at them."""
    await _in_batches("deliveries", "state = 'done' AND finished_at < $1::timestamptz - interval '7 days'")
    await _in_batches("deliveries", "state = 'dead' AND finished_at < $1::timestamptz - interval '30 days'")
    await _in_batches(
        "inbound_activities", "state <> 'pending' AND created_at < $1::timestamptz - interval '7 days'"
    )
    # What had its effect, or none, is not read again: that it came is all that is remembered.
    await db.execute(
        "UPDATE inbound_activities SET body = '' WHERE id IN (SELECT id FROM inbound_activities"
        " WHERE state IN ('done', 'ignored') AND body <> '' AND created_at < $1::timestamptz - interval"
        " '1 day'"
        " AND created_at > $1::timestamptz - interval '2 days' ORDER BY created_at LIMIT 20000)",
        clock.now(),
    )
    await _in_batches(
        "outbound_activities",
        "created_at < $1::timestamptz - interval '8 days'"
        " AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.activity_id = t.id AND d.state <> 'done')",
    )


_IDLE = "NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.host = t.name AND d.state = 'pending')"
_HEARD = "greatest(t.last_ok_at, t.last_seen_at, t.created_at)"


async def forget_hosts() -> None:
    """Servers for which nothing waits and that nobody heard of for long; beyond the most that are kept, the
    longest unheard of.
    """
    await db.execute(f"DELETE FROM hosts t WHERE {_HEARD} < now() - interval '180 days' AND {_IDLE}")
    beyond = await db.fetch_value("SELECT count(*) FROM hosts") - hosts.MOST_HOSTS
    if beyond > 0:
        await db.execute(
            f"DELETE FROM hosts WHERE name IN (SELECT t.name FROM hosts t WHERE {_IDLE}"
            f" ORDER BY {_HEARD} LIMIT $1)",
            beyond,
        )


async def forget_expired() -> None:
    """Mutes that ended, pushes that were given up, keys of posts that no app sends again, searches for more
    of threads, who was here long ago, blocks of addresses that are over and who met them,
    what groups of other servers did not do, from where people signed up.
    """
    await db.execute(
        "UPDATE users SET sign_up_address = '' WHERE sign_up_address <> ''"
        " AND created_at < $1::timestamptz - interval '365 days'",
        clock.now(),
    )
    await _in_batches("active_days", "day < $1::timestamptz - interval '400 days'")
    await _in_batches("active_weeks", "week < $1::timestamptz - interval '14 weeks'")
    await _in_batches(
        "jobs", "dead AND name = 'push.send' AND created_at < $1::timestamptz - interval '3 days'"
    )
    await _in_batches("thread_fetches", "started_at < $1::timestamptz - interval '7 days'")
    await _in_batches("chat_wishes", "created_at < $1::timestamptz - interval '30 days'")
    await _in_batches("mutes", "expires_at < $1::timestamptz - interval '1 hour'")
    await _in_batches("idempotency_keys", "created_at < $1::timestamptz - interval '2 days'")
    await _in_batches("email_domain_tries", "day < $1::timestamptz - interval '8 days'")
    await _in_batches("email_domain_blocks", "expires_at < $1::timestamptz")
    await _in_batches("ip_blocks", "expires_at < $1::timestamptz")


async def _in_batches(table: str, condition: str) -> None:
    while True:
        deleted = await db.execute(
            f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} t WHERE {condition} LIMIT"
            f" {BATCH_ROWS})",
            clock.now(),
        )
        if deleted < BATCH_ROWS:
            return


async def count_due() -> int:
    """How much is due now, over all queues; what waits for a later try is not counted."""
    found = await db.fetch_value(
        "SELECT (SELECT count(*) FROM jobs WHERE NOT dead AND due_at <= now())"
        " + (SELECT count(*) FROM deliveries d LEFT JOIN hosts h ON h.name = d.host"
        "    WHERE d.state = 'pending' AND d.due_at <= now() AND coalesce(h.health, 'closed') = 'closed')"
        " + (SELECT count(*) FROM inbound_activities WHERE state = 'pending' AND due_at <= now())"
    )
    return int(found)
