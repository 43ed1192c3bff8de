"""How far timelines were read."""

from __future__ import annotations

from collections.abc import Sequence

from echo.db import Row
from echo.render import times
from echo.render.entities import Marker


def by_timeline(rows: Sequence[Row]) -> dict[str, Marker]:
    """Markers by the name of their timeline. Shapes:  rows: of `echo.store.markers`"""
    return {
        row["timeline"]: Marker(
            last_read_id=row["last_read_id"], version=row["version"], updated_at=times.iso(row["updated_at"])
        )
        for row in rows
    }
