"""Plans for tables that are empty now and full in a moment: queues.

A plan is kept by its connection (`plan_cache_mode`). One that was made while a table was believed empty reads
all of it, also when it has grown, until PostgreSQL has counted its rows again: a minute, or much more.
"""

from __future__ import annotations

from echo import db
from echo.db import Row

# To be selected in a unit of work, before the statements that are meant.
BY_INDEX = "set_config('enable_seqscan', 'off', true)"


async def fetch(sql: str, *arguments: object) -> list[Row]:
    """The rows of a statement that finds them by an index, however many there were when it was planned."""
    async with db.unit_of_work():
        await db.execute(f"SELECT {BY_INDEX}")
        return await db.fetch(sql, *arguments)
