"""Polls: what is asked, how often each answer was chosen, and who chose what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from echo import clock, db
from echo.db import Row
from echo.errors import NotFound

# How long the last counts of a poll elsewhere may take to arrive after its end.
LATE = timedelta(minutes=5)
# Older counts of a poll elsewhere are asked for again when somebody looks at it.
STALE = timedelta(minutes=1)


POLL_OF_POST = """CASE WHEN p.poll_id IS NOT NULL THEN (
    SELECT json_build_object('expires_at', po.expires_at, 'multiple', po.multiple,
        'hide_totals', po.hide_totals, 'voters', po.voters,
        'options', (SELECT json_agg(json_build_array(op.title, op.votes) ORDER BY op.position)
            FROM poll_options op WHERE op.poll_id = po.id))
    FROM polls po WHERE po.id = p.poll_id) END"""
"""The poll of the post `p` as JSON, which `PollPart` reads; an expression of SQL."""


class PollPart(msgspec.Struct, frozen=True, kw_only=True):
    """`options`: title and votes."""

    expires_at: datetime | None
    multiple: bool
    hide_totals: bool
    voters: int | None
    options: list[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """A poll as it is to be stored. `votes` stands beside `titles`.

    Shapes:  voters: people who voted; None where its origin does not say
    """

    titles: Sequence[str]
    multiple: bool
    expires_at: datetime | None
    hide_totals: bool = False
    votes: Sequence[int] = ()
    voters: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A poll and the post it belongs to."""

    id: int
    post_id: int
    post_uri: str
    author_id: int
    local: bool
    multiple: bool
    hide_totals: bool
    expires_at: datetime | None
    titles: tuple[str, ...]


_STORED = """
    SELECT po.id, po.post_id, p.uri AS post_uri, p.author_id, p.local, po.multiple, po.hide_totals,
        po.expires_at,
        (SELECT array_agg(o.title ORDER BY o.position) FROM poll_options o WHERE o.poll_id = po.id) AS titles
    FROM polls po JOIN posts p ON p.id = po.post_id AND p.deleted_at IS NULL
"""


async def new_id() -> int:
    """The id of a poll that is about to be stored: its post names it."""
    return int(await db.fetch_value("SELECT nextval(pg_get_serial_sequence('polls', 'id'))"))


async def insert(poll_id: int, post_id: int, answers: Answers) -> None:
    """Store the poll of a post. Nobody is told of the end of one that is over already."""
    now = clock.now()
    is_over = answers.expires_at is not None and answers.expires_at <= now
    await db.execute(
        "INSERT INTO polls (id, post_id, multiple, hide_totals, expires_at, voters, told_at, fetched_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        poll_id,
        post_id,
        answers.multiple,
        answers.hide_totals,
        answers.expires_at,
        answers.voters,
        now if is_over else None,
        now,
    )
    await _insert_options(poll_id, answers)


async def replace(poll_id: int, answers: Answers) -> None:
    """Ask something else: what was chosen before is forgotten."""
    await db.execute("DELETE FROM poll_votes WHERE poll_id = $1", poll_id)
    await db.execute("DELETE FROM poll_options WHERE poll_id = $1", poll_id)
    await _insert_options(poll_id, answers)
    await db.execute(
        "UPDATE polls SET multiple = $2, voters = $3, tell_at = NULL WHERE id = $1",
        poll_id,
        answers.multiple,
        answers.voters,
    )


async def set_end(poll_id: int, expires_at: datetime | None, *, hide_totals: bool) -> None:
    """Let a poll end at another time; its end is told again."""
    await db.execute(
        "UPDATE polls SET hide_totals = $3, expires_at = $2,"
        " told_at = CASE WHEN expires_at IS NOT DISTINCT FROM $2 THEN told_at END WHERE id = $1",
        poll_id,
        expires_at,
        hide_totals,
    )


async def set_counts(poll_id: int, votes: Sequence[int], voters: int | None) -> bool:
    """Write what the origin counts; False when it is what we had."""
    changed = await db.execute(
        "UPDATE poll_options o SET votes = n.votes FROM unnest($2::int[]) WITH ORDINALITY AS n(votes, place)"
        " WHERE o.poll_id = $1 AND o.position = n.place - 1 AND o.votes <> n.votes",
        poll_id,
        list(votes),
    )
    changed += await db.execute(
        "UPDATE polls SET voters = $2 WHERE id = $1 AND voters IS DISTINCT FROM $2", poll_id, voters
    )
    await db.execute("UPDATE polls SET fetched_at = $2 WHERE id = $1", poll_id, clock.now())
    return bool(changed)


async def take_stale(poll_id: int) -> bool:
    """Whether the origin of a poll elsewhere is to be asked for its counts now: they are old, and may have
    changed since. True is said once, until they are old again."""
    now = clock.now()
    return bool(
        await db.execute(
            "UPDATE polls po SET fetched_at = $2 FROM posts p WHERE p.id = po.post_id AND NOT p.local"
            " AND po.id = $1 AND (po.fetched_at IS NULL OR po.fetched_at < $3"
            " AND (po.expires_at IS NULL OR po.fetched_at < po.expires_at))",
            poll_id,
            now,
            now - STALE,
        )
    )


async def delete(poll_id: int) -> None:
    """Forget a poll with everything in it."""
    await db.execute("DELETE FROM polls WHERE id = $1", poll_id)


async def get(poll_id: int) -> Stored:
    """A poll of a post that is not deleted, whoever may read that. Raises NotFound."""
    found = await find(poll_id)
    if found is None:
        raise NotFound
    return found


async def find(poll_id: int) -> Stored | None:
    """The same, or None."""
    row = await db.fetch_one(f"{_STORED} WHERE po.id = $1", poll_id)
    return None if row is None else _stored(row)


async def find_of_post(post_id: int) -> Stored | None:
    """The poll of a post."""
    row = await db.fetch_one(f"{_STORED} WHERE po.post_id = $1", post_id)
    return None if row is None else _stored(row)


async def lock(poll_id: int) -> None:
    """Let nobody else vote or count until the end of the unit of work."""
    await db.execute("SELECT 1 FROM polls WHERE id = $1 FOR UPDATE", poll_id)


async def chosen(poll_id: int, account_id: int) -> list[int]:
    """What somebody chose."""
    rows = await db.fetch(
        "SELECT position FROM poll_votes WHERE poll_id = $1 AND account_id = $2 ORDER BY position",
        poll_id,
        account_id,
    )
    return [row["position"] for row in rows]


async def add_votes(poll_id: int, account_id: int, positions: Sequence[int], *, uri: str = "") -> None:
    """Count choices of somebody that are new, in a poll that is locked; the first makes them a voter."""
    is_first = not await chosen(poll_id, account_id)
    await db.execute(
        "INSERT INTO poll_votes (poll_id, account_id, position, uri, created_at)"
        " SELECT $1, $2, position, $4, $5 FROM unnest($3::int[]) AS c(position)",
        poll_id,
        account_id,
        list(positions),
        uri,
        clock.now(),
    )
    await db.execute(
        "UPDATE poll_options SET votes = votes + 1 WHERE poll_id = $1 AND position = ANY($2)",
        poll_id,
        list(positions),
    )
    if is_first:
        await db.execute("UPDATE polls SET voters = voters + 1 WHERE id = $1", poll_id)


async def votes(poll_id: int, account_id: int) -> list[Row]:
    """Rows (id, title) of what somebody chose."""
    return await db.fetch(
        "SELECT v.id, o.title FROM poll_votes v"
        " JOIN poll_options o ON o.poll_id = v.poll_id AND o.position = v.position"
        " WHERE v.poll_id = $1 AND v.account_id = $2 ORDER BY v.id",
        poll_id,
        account_id,
    )


async def voters_here(poll_id: int) -> list[int]:
    """The people of this server who voted."""
    rows = await db.fetch(
        "SELECT DISTINCT v.account_id FROM poll_votes v JOIN users u ON u.id = v.account_id"
        " WHERE v.poll_id = $1",
        poll_id,
    )
    return [row["account_id"] for row in rows]


async def tell_at(poll_id: int, moment: datetime) -> None:
    """Have others told of new counts, unless that is about to happen anyway."""
    await db.execute("UPDATE polls SET tell_at = $2 WHERE id = $1 AND tell_at IS NULL", poll_id, moment)


async def take_counted(limit: int) -> list[Row]:
    """Rows (post_id, local) of polls whose new counts are to be told now; they are not given out again."""
    return await db.fetch(
        "UPDATE polls po SET tell_at = NULL FROM posts p WHERE p.id = po.post_id AND po.id IN ("
        "SELECT id FROM polls WHERE tell_at <= $1 ORDER BY tell_at LIMIT $2 FOR UPDATE SKIP LOCKED)"
        " RETURNING po.post_id, p.local",
        clock.now(),
        limit,
    )


async def take_ended(limit: int) -> list[Row]:
    """Rows (id, post_id, author_id, local, is_deleted) of polls that have ended and of which nobody was told;
    they are not given out again. Those of elsewhere wait for their last counts."""
    now = clock.now()
    return await db.fetch(
        "UPDATE polls po SET told_at = $1, tell_at = NULL FROM posts p WHERE p.id = po.post_id AND po.id IN ("
        "SELECT e.id FROM polls e JOIN posts ep ON ep.id = e.post_id WHERE e.told_at IS NULL"
        " AND e.expires_at <= $1 AND (ep.local OR e.expires_at <= $2)"
        # One that waits for a moderator has not begun.
        " AND ep.held <> 'review'"
        " ORDER BY e.expires_at LIMIT $3 FOR UPDATE OF e SKIP LOCKED)"
        " RETURNING po.id, po.post_id, p.author_id, p.local, p.deleted_at IS NOT NULL AS is_deleted",
        now,
        now - LATE,
        limit,
    )


async def next_due() -> datetime | None:
    """When something will be due for a poll; None when nothing will."""
    found: datetime | None = await db.fetch_value(
        "SELECT least((SELECT min(tell_at) FROM polls WHERE tell_at > $1),"
        " (SELECT min(expires_at) FROM polls WHERE told_at IS NULL AND expires_at > $1))",
        clock.now(),
    )
    return found


async def _insert_options(poll_id: int, answers: Answers) -> None:
    votes_ = list(answers.votes) or [0] * len(answers.titles)
    await db.execute(
        "INSERT INTO poll_options (poll_id, position, title, votes)"
        " SELECT $1, place - 1, title, votes FROM unnest($2::text[], $3::int[])"
        " WITH ORDINALITY AS n(title, votes, place)",
        poll_id,
        list(answers.titles),
        votes_,
    )


def _stored(row: Row) -> Stored:
    plain = {name: row[name] for name in Stored.__dataclass_fields__ if name != "titles"}
    return Stored(**plain, titles=tuple(row["titles"] or ()))
