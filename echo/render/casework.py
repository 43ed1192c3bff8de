"""Notes of moderators, and words for strikes."""

from __future__ import annotations

from collections.abc import Sequence

from echo.db import Row
from echo.render import times
from echo.render.admin_entities import AdminNote, WarningPreset


def notes(rows: Sequence[Row]) -> list[AdminNote]:
    """Rows of `store.strikes.notes`."""
    return [
        AdminNote(
            id=str(row["id"]),
            account_id=None if row["by_id"] is None else str(row["by_id"]),
            username=row["by_username"],
            text=row["text"],
            created_at=times.iso(row["created_at"]),
        )
        for row in rows
    ]


def presets(rows: Sequence[Row]) -> list[WarningPreset]:
    """Rows of `store.strikes.presets`."""
    return [WarningPreset(id=str(row["id"]), title=row["title"], text=row["text"]) for row in rows]
