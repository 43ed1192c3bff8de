"""What people bring along and take away, a while at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from echo.actions import import_rows
from echo.runtime import Runtime
from federation import own_archive, past_import
from workers.later import Later

# Rows whose servers did not answer are tried again hours later; others may be brought in meanwhile.
LONGEST_WAIT_SECONDS = 600.0


async def import_table(_: Runtime, *, import_id: int) -> None:
    """Do some rows of a table that somebody brought."""
    wait_seconds = await import_rows.work(import_id)
    if wait_seconds is not None:
        raise Later(seconds=min(wait_seconds, LONGEST_WAIT_SECONDS))


async def bring_past(_: Runtime, *, import_id: int) -> None:
    """Bring some posts along from an archive."""
    if not await past_import.work(import_id):
        raise Later(seconds=0)


async def build_archive(_: Runtime, *, archive_id: int) -> None:
    """Put all that somebody has here into one file."""
    await own_archive.build(archive_id)


JOBS: dict[str, Callable[..., Awaitable[None]]] = {
    "imports.work": import_table,
    "imports.bring_past": bring_past,
    "archives.build": build_archive,
}
