"""Imports and exports as clients see them."""

from __future__ import annotations

from echo import clock
from echo.actions import imports
from echo.addresses import here
from echo.db import Row
from echo.kinds_of_moving import ArchiveState, ImportKind
from echo.models import Account
from echo.render.moving_entities import Archive, Export, Import, ImportFailure, Moved
from echo.render.times import iso, iso_or_none


def imported(row: Row) -> Import:
    """An import."""
    return Import(
        id=str(row["id"]),
        kind=row["kind"],
        mode="overwrite" if row["overwrite"] else "merge",
        state=row["state"],
        reason=row["reason"] or None,
        total=row["total"],
        done=row["done"],
        failed=row["failed"],
        created_at=iso(row["created_at"]),
        finished_at=iso_or_none(row["finished_at"]),
    )


def failure(row: Row) -> ImportFailure:
    """A line that failed."""
    return ImportFailure(line=row["line"], about=imports.about(row), reason=row["reason"])


def export(kind: ImportKind, rows: int) -> Export:
    """A table that can be taken along."""
    return Export(kind=kind.value, rows=rows, url=f"{here().base}/api/v1/echo/exports/{kind.value}")


def archive(row: Row) -> Archive:
    """A file with all that somebody has here."""
    is_over = row["expires_at"] is not None and row["expires_at"] <= clock.now()
    state = ArchiveState.GONE.value if is_over and row["state"] == ArchiveState.READY else row["state"]
    is_ready = state == ArchiveState.READY
    return Archive(
        id=str(row["id"]),
        state=state,
        size=row["size_bytes"],
        url=f"{here().base}/api/v1/echo/archives/{row['id']}/file" if is_ready else None,
        created_at=iso(row["created_at"]),
        expires_at=iso_or_none(row["expires_at"]),
    )


def moved(account: Account) -> Moved:
    """Where somebody has moved to, and which accounts may move here."""
    return Moved(
        moved_to=account.moved_to_uri or None,
        moved_at=iso_or_none(account.moved_at),
        aliases=list(account.also_known_as),
    )
