"""Bringing tables along: a file becomes rows, and a worker does them one by one."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import msgspec

from echo import db
from echo.db import Row
from echo.errors import Invalid, NotFound
from echo.events import ImportAsked
from echo.kinds_of_moving import ImportKind, ImportState
from echo.media import port
from echo.store import imports
from echo.store.imports import Draft
from echo.text import tables

MOST_BYTES = 8 * 1024 * 1024
# Unfinished ones of a person.
MOST_AT_ONCE = 5
_PIECE = 2000


async def begin(
    account_id: int, content: bytes, *, kind: ImportKind | None, overwrite: bool, file_name: str = ""
) -> Row:
    """Take a table in. What is in it is done by workers.

    Shapes:  kind: None guesses it; overwrite: what is not in the file is taken away
    Raises:  Invalid for a file that cannot be read, and when too many are under way
    """
    found, lines = tables.read(content, kind, file_name)
    if found is ImportKind.BOOKMARKS:
        # The newest stands first; what is done last here is the newest.
        lines = lines[::-1]
    encoded = [(number, msgspec.json.encode(line)) for number, line in enumerate(lines, start=1)]
    async with db.unit_of_work() as unit:
        await require_room(account_id)
        # What is not in the file is looked for first.
        state = ImportState.WAITING if overwrite else ImportState.WORKING
        import_id = await imports.insert(Draft(account_id=account_id, kind=found, overwrite=overwrite), state)
        for start in range(0, len(encoded), _PIECE):
            await imports.add_rows(import_id, encoded[start : start + _PIECE])
        unit.emit(ImportAsked(local=True, import_id=import_id))
        made = await imports.find(account_id, import_id)
    assert made is not None
    return made


async def require_room(account_id: int) -> None:
    """Raises Invalid when somebody has too many under way; others wait for this unit of work."""
    if await imports.count_unfinished(account_id) >= MOST_AT_ONCE:
        raise Invalid(f"At most {MOST_AT_ONCE} imports can be under way at a time.")


async def get(account_id: int, import_id: int) -> Row:
    """One of somebody's. Raises NotFound."""
    found = await imports.find(account_id, import_id)
    if found is None:
        raise NotFound
    return found


async def forget(account_id: int, import_id: int) -> None:
    """Stop one and forget it; what was done stays. Raises NotFound."""
    async with db.unit_of_work():
        gone = await imports.delete(account_id, import_id)
    if gone is None:
        raise NotFound
    if gone["file_key"]:
        with contextlib.suppress(OSError):
            await port.store().delete(gone["file_key"])


async def failures_as_table(account_id: int, import_id: int) -> str:
    """What failed, CSV with the reason in a last column. Raises NotFound, also for imports of posts."""
    found = await get(account_id, import_id)
    kind = ImportKind(found["kind"])
    if kind is ImportKind.POSTS:
        raise NotFound
    failed = await imports.failures(account_id, import_id, tables.MOST_ROWS)
    return tables.write_failures(kind, [(read_line(row), row["reason"]) for row in failed])


def read_line(row: Row) -> tables.Line:
    """The line in a row."""
    return msgspec.json.decode(imports.data_of(row), type=tables.Line)


def read_lines(found: Sequence[bytes]) -> list[tables.Line]:
    """The same, of many."""
    return [msgspec.json.decode(data, type=tables.Line) for data in found]


def about(row: Row) -> str:
    """What a line is about, for people."""
    data = msgspec.json.decode(imports.data_of(row), type=dict[str, object])
    return str(data.get("about") or data.get("id") or "")
