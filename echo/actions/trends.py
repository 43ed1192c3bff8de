"""Finding out what is trending."""

from __future__ import annotations

from echo import db, settings
from echo.store import trends


async def refresh() -> None:
    """Count anew; nothing is trending where trends are switched off."""
    wanted = settings.here().trends
    async with db.unit_of_work():
        if wanted.enabled:
            await trends.count_anew(wanted.least)
        else:
            await trends.forget_all()
