"""What people brought along, and the lines of it that are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from echo import clock, db
from echo.db import Row
from echo.kinds_of_moving import ImportKind, ImportState

_COLUMNS = (
    "id, account_id, kind, overwrite, state, reason, file_key, visibility, total, done, failed, created_at,"
    " finished_at"
)
_KEPT_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A file that somebody brings.

    Shapes:  visibility: of an archive, what its posts are shown as at most (`echo.kinds.Visibility`)
    """

    account_id: int
    kind: ImportKind
    overwrite: bool = False
    file_key: str = ""
    visibility: str = ""


async def insert(draft: Draft, state: ImportState) -> int:
    """Write one down. Returns its id."""
    import_id = await db.fetch_value(
        "INSERT INTO imports (account_id, kind, overwrite, state, file_key, visibility, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        draft.account_id,
        draft.kind.value,
        draft.overwrite,
        state.value,
        draft.file_key,
        draft.visibility,
        clock.now(),
    )
    return int(import_id)


async def add_rows(import_id: int, lines: Sequence[tuple[int, bytes]]) -> None:
    """More lines of one: their numbers, and JSON. Those that are there already stay as they are."""
    added = await db.execute(
        "INSERT INTO import_rows (import_id, line, data, due_at)"
        " SELECT $1, l.line, l.data, $4 FROM unnest($2::int[], $3::jsonb[]) AS l(line, data)"
        " ON CONFLICT (import_id, line) DO NOTHING",
        import_id,
        [line for line, _ in lines],
        [data.decode() for _, data in lines],
        clock.now(),
    )
    await db.execute("UPDATE imports SET total = total + $2 WHERE id = $1", import_id, added)


async def of_person(account_id: int, limit: int = 20) -> list[Row]:
    """Somebody's, the newest first."""
    return await db.fetch(
        f"SELECT {_COLUMNS} FROM imports WHERE account_id = $1 ORDER BY id DESC LIMIT $2", account_id, limit
    )


async def find(account_id: int, import_id: int) -> Row | None:
    """One of somebody's."""
    return await db.fetch_one(
        f"SELECT {_COLUMNS} FROM imports WHERE account_id = $1 AND id = $2", account_id, import_id
    )


async def find_for_worker(import_id: int) -> Row | None:
    """One, whoever it belongs to."""
    return await db.fetch_one(f"SELECT {_COLUMNS} FROM imports WHERE id = $1", import_id)


async def count_unfinished(account_id: int) -> int:
    """How many of somebody's are not done; whoever adds one next waits for this unit of work."""
    await db.execute("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", account_id)
    found = await db.fetch_value(
        "SELECT count(*) FROM imports WHERE account_id = $1 AND finished_at IS NULL", account_id
    )
    return int(found)


async def due_rows(import_id: int, limit: int) -> list[Row]:
    """Lines that can be tried now, in their order: (id, line, data, attempts)."""
    return await db.fetch(
        "SELECT id, line, data, attempts FROM import_rows WHERE import_id = $1 AND due_at <= $2"
        " ORDER BY line LIMIT $3",
        import_id,
        clock.now(),
        limit,
    )


async def next_due(import_id: int) -> datetime | None:
    """When the next line can be tried; None when none is left."""
    found: datetime | None = await db.fetch_value(
        "SELECT min(due_at) FROM import_rows WHERE import_id = $1", import_id
    )
    return found


async def all_data(import_id: int) -> list[bytes]:
    """What all lines say, also of those that failed."""
    rows = await db.fetch("SELECT data FROM import_rows WHERE import_id = $1 ORDER BY line", import_id)
    return [row["data"].encode() for row in rows]


async def row_done(import_id: int, row_id: int) -> None:
    """A line is done, in the unit of work that did it."""
    gone = await db.execute("DELETE FROM import_rows WHERE id = $1", row_id)
    await db.execute("UPDATE imports SET done = done + $2 WHERE id = $1", import_id, gone)


async def row_failed(import_id: int, row_id: int, reason: str, *, again_after: timedelta | None) -> None:
    """A line failed, to be tried again or for good."""
    due_at = None if again_after is None else clock.now() + again_after
    failed = await db.execute(
        "UPDATE import_rows SET reason = $2, attempts = attempts + 1, due_at = $3"
        " WHERE id = $1 AND due_at IS NOT NULL",
        row_id,
        reason[:500],
        due_at,
    )
    if due_at is None:
        await db.execute("UPDATE imports SET failed = failed + $2 WHERE id = $1", import_id, failed)


async def add_note(import_id: int, line: int, said: str) -> None:
    """Say something of a line that is done."""
    await db.execute(
        "INSERT INTO import_rows (import_id, line, reason) VALUES ($1, $2, $3)"
        " ON CONFLICT (import_id, line) DO UPDATE SET reason = $3, due_at = NULL",
        import_id,
        line,
        said,
    )


async def set_state(import_id: int, state: ImportState, reason: str = "") -> None:
    """How far it has got."""
    is_over = state in (ImportState.DONE, ImportState.REFUSED)
    await db.execute(
        "UPDATE imports SET state = $2, reason = $3, finished_at = $4, file_key ="
        " CASE WHEN $4::timestamptz IS NULL THEN file_key ELSE '' END WHERE id = $1",
        import_id,
        state.value,
        reason[:500],
        clock.now() if is_over else None,
    )


async def delete(account_id: int, import_id: int) -> Row | None:
    """Forget one; what was done stays done. Returns (file_key) or None when it is not there."""
    return await db.fetch_one(
        "DELETE FROM imports WHERE account_id = $1 AND id = $2 RETURNING file_key", account_id, import_id
    )


async def failures(account_id: int, import_id: int, limit: int) -> list[Row]:
    """Lines that failed for good: (line, data, reason)."""
    return await db.fetch(
        "SELECT r.line, r.data, r.reason FROM import_rows r JOIN imports i ON i.id = r.import_id"
        " WHERE i.account_id = $1 AND r.import_id = $2 AND r.due_at IS NULL ORDER BY r.line LIMIT $3",
        account_id,
        import_id,
        limit,
    )


async def forget_old() -> None:
    """Imports that ended a month ago."""
    await db.execute(
        "DELETE FROM imports WHERE id IN (SELECT id FROM imports WHERE finished_at < $1 LIMIT 100)",
        clock.now() - timedelta(days=_KEPT_DAYS),
    )


def data_of(row: Row) -> bytes:
    """The JSON of a line."""
    found = row["data"]
    return found.encode() if isinstance(found, str) else msgspec.json.encode(found)
