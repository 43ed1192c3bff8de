"""How far clearing away has got, what it freed, and when it last ended well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from echo import clock, db
from echo.db import Row

# Runs begin every ten minutes; when the last that ended well is longer ago, somebody should look.
OVERDUE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Freed:
    """What a run removed, in rows and about so many bytes; `failure`: why it stopped."""

    rows: int = 0
    bytes: int = 0
    failure: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Where a kind stands: ids up to `position` were looked at in the round that began then."""

    position: int
    round_began_at: datetime | None

    def is_older_than(self, moment: datetime) -> bool:
        """Whether the round began before a moment."""
        return self.round_began_at is None or self.round_began_at < moment


async def get(kind: str) -> State:
    """Where clearing away one kind goes on."""
    row = await db.fetch_one(
        "INSERT INTO prunings (kind, round_began_at) VALUES ($1, $2)"
        " ON CONFLICT (kind) DO UPDATE SET kind = excluded.kind RETURNING position, round_began_at",
        kind,
        clock.now(),
    )
    return State(0, None) if row is None else State(row["position"], row["round_began_at"])


async def move(kind: str, position: int, began_at: datetime | None) -> None:
    """It has got to there; `began_at`: a new round begins."""
    await db.execute(
        "UPDATE prunings SET position = $2, round_began_at = coalesce($3, round_began_at) WHERE kind = $1",
        kind,
        position,
        began_at,
    )


async def note(kind: str, freed: Freed, at: datetime) -> None:
    """What a run did with one kind."""
    await db.execute(
        "INSERT INTO prunings (kind, finished_at, rows, bytes, total_rows, total_bytes, failure)"
        " VALUES ($1, CASE WHEN $4 = '' THEN $5::timestamptz END, $2, $3, $2, $3, $4)"
        " ON CONFLICT (kind) DO UPDATE SET"
        " finished_at = coalesce(excluded.finished_at, prunings.finished_at), rows = $2, bytes = $3,"
        " total_rows = prunings.total_rows + $2, total_bytes = prunings.total_bytes + $3, failure = $4",
        kind,
        freed.rows,
        freed.bytes,
        freed.failure,
        at,
    )


async def listing() -> list[Row]:
    """Rows (kind, finished_at, rows, bytes, total_rows, total_bytes, failure) by kind."""
    return await db.fetch(
        "SELECT kind, finished_at, rows, bytes, total_rows, total_bytes, failure FROM prunings ORDER BY kind"
    )


async def is_overdue() -> bool:
    """Whether clearing away has not ended well for too long. A server that has just begun is not overdue."""
    return bool(
        await db.fetch_value(
            "SELECT coalesce(bool_or(coalesce(finished_at, round_began_at) < $1), false) FROM prunings",
            clock.now() - OVERDUE,
        )
    )
