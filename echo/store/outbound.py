"""Activities of ours on their way out: written once, delivered many times."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from echo import clock, db, ids, tracing
from echo.db import Row

CHUNK = 1000
NOW = timedelta()
# What a host that has been dead for a week still has to hear when it is back, and how much of it is kept.
LASTING = frozenset({"Delete", "Undo", "Move"})
MOST_FOR_DEAD = 1000
# Jobs of posts that were made so close to each other may run in any order.
TOGETHER = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """An activity as it is written.

    Shapes:  uri: its id; object_key: activities about the same thing reach each host in order;
             post_id: set when audience and blocks have to be looked at again before each try;
             key_generation: of the key that signs it, where that is not the one of the moment;
             is_open: whether it is addressed to everybody
    """

    uri: str
    kind: str
    sender_id: int
    body: bytes
    object_key: str
    expires_at: datetime
    post_id: int | None = None
    key_generation: int | None = None
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Inbox:
    """Where to deliver; `host` is the host (and port) of the address."""

    host: str
    url: str


async def insert(activity: Outgoing) -> int:
    """Write an activity; one that is written already stays as it is.

    Returns: its row id
    """
    found = await db.fetch_value(
        "INSERT INTO outbound_activities"
        " (uri, kind, sender_id, object_key, post_id, body, created_at, expires_at, key_generation,"
        " traceparent)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (uri) DO NOTHING RETURNING id",
        activity.uri,
        activity.kind,
        activity.sender_id,
        activity.object_key,
        activity.post_id,
        activity.body,
        clock.now(),
        activity.expires_at,
        activity.key_generation,
        tracing.carried(),
    )
    if found is None:
        found = await db.fetch_value("SELECT id FROM outbound_activities WHERE uri = $1", activity.uri)
    return int(found)


def chunks(inboxes: Sequence[Inbox]) -> list[Sequence[Inbox]]:
    """Inboxes in the portions that are written at once: none holds a lock for long."""
    return [inboxes[start : start + CHUNK] for start in range(0, len(inboxes), CHUNK)]


async def address(
    activity_id: int,
    object_key: str,
    inboxes: Sequence[Inbox],
    *,
    kind: str = "",
    again: bool = False,
    delay: timedelta = NOW,
) -> int:
    """Write deliveries of an activity. An inbox that has it already is left out.

    Hosts that have been dead for a week get only what ends things, as far as it is not too much; before that
    nothing of the same object waits for them any more. Hosts that are gone get nothing.

    Shapes:  kind: type of the activity; again: send once more what was delivered before;
             delay: until the deliveries are due
    Returns: how many deliveries are new
    """
    hosts, key, now = [inbox.host for inbox in inboxes], order_key(object_key), clock.now()
    lasts = kind in LASTING
    written = await db.execute(
        "INSERT INTO deliveries (activity_id, host, inbox, order_key, due_at, created_at)"
        " SELECT $1, t.host, t.url, $2, $7, $5 FROM unnest($3::text[], $4::text[]) AS t(host, url)"
        " LEFT JOIN hosts h ON h.name = t.host WHERE coalesce(h.health, '') NOT IN ('dead', 'gone')"
        f" OR (h.health = 'dead' AND $6 AND (SELECT count(*) < {MOST_FOR_DEAD} FROM deliveries d"
        "      WHERE d.host = t.host AND d.state = 'pending'))"
        " ON CONFLICT (activity_id, inbox) " + (_AGAIN if again else "DO NOTHING"),
        activity_id,
        key,
        hosts,
        [inbox.url for inbox in inboxes],
        now,
        lasts,
        now + delay,
    )
    if written and lasts:
        await db.execute(
            "DELETE FROM deliveries d USING hosts h WHERE h.name = ANY($1) AND h.health = 'dead'"
            " AND d.host = h.name AND d.state = 'pending' AND d.order_key = $2 AND d.activity_id < $3"
            " AND (d.lease_until IS NULL OR d.lease_until <= $4)",
            hosts,
            key,
            activity_id,
            now,
        )
    return written


_AGAIN = (
    "DO UPDATE SET state = 'pending', due_at = excluded.due_at, attempts = 0, deaths = 0, finished_at = NULL"
    " WHERE deliveries.state <> 'pending'"
)


async def under_way(uris: Sequence[str]) -> list[str]:
    """Those of these activities that have not arrived everywhere."""
    rows = await db.fetch(
        "SELECT a.uri FROM outbound_activities a WHERE a.uri = ANY($1)"
        " AND EXISTS (SELECT 1 FROM deliveries d WHERE d.activity_id = a.id AND d.state = 'pending')",
        list(uris),
    )
    return [row["uri"] for row in rows]


async def renew(uri: str, body: bytes) -> None:
    """Let an activity say something else to those who are told from now on."""
    await db.execute("UPDATE outbound_activities SET body = $2 WHERE uri = $1 AND body <> $2", uri, body)


async def withdraw(post_id: int) -> set[str]:
    """Drop deliveries about a post that no try was made for: whoever never got it need not be told.

    Returns: their inboxes
    """
    rows = await db.fetch(
        "DELETE FROM deliveries d USING outbound_activities a WHERE a.id = d.activity_id AND a.post_id = $1"
        " AND a.kind IN ('Create', 'Update', 'Announce') AND d.state = 'pending' AND d.starts = 0"
        " RETURNING d.inbox",
        post_id,
    )
    return {row["inbox"] for row in rows}


async def inboxes_told(post_id: int) -> list[str]:
    """The inboxes that got something about a post, or may have got it."""
    rows = await db.fetch(
        "SELECT DISTINCT d.inbox FROM deliveries d JOIN outbound_activities a ON a.id = d.activity_id"
        " WHERE a.post_id = $1 AND (d.state = 'done' OR d.starts > 0)",
        post_id,
    )
    return [row["inbox"] for row in rows]


async def untold_before(chat_post_id: int) -> list[int]:
    """What the same author has said just before in the same chat, and nothing is written of yet; in order."""
    first_id = ids.first_id_at(ids.moment_of(chat_post_id) - TOGETHER)
    rows = await db.fetch(
        "SELECT p.id FROM posts me JOIN mentions mine ON mine.post_id = me.id"
        " JOIN posts p ON p.author_id = me.author_id AND p.id >= $2 AND p.id < me.id AND p.chat"
        " AND p.deleted_at IS NULL JOIN mentions m ON m.post_id = p.id AND m.account_id = mine.account_id"
        " WHERE me.id = $1 AND NOT EXISTS (SELECT 1 FROM outbound_activities o WHERE o.post_id = p.id)"
        " ORDER BY p.id",
        chat_post_id,
        first_id,
    )
    return [row["id"] for row in rows]


async def load(activity_ids: Sequence[int]) -> list[Row]:
    """Rows (id, kind, sender_id, post_id, visibility, body, expires_at, key_generation,
    traceparent) of activities.
    """
    return await db.fetch(
        "SELECT o.id, o.kind, o.sender_id, o.post_id, p.visibility, o.body, o.expires_at, o.key_generation,"
        " o.traceparent"
        " FROM outbound_activities o LEFT JOIN posts p ON p.id = o.post_id WHERE o.id = ANY($1)",
        list(activity_ids),
    )


def order_key(object_key: str) -> int:
    """The number under which the deliveries about one object are ordered; two objects may share one."""
    return int.from_bytes(hashlib.blake2b(object_key.encode(), digest_size=8).digest(), signed=True)
