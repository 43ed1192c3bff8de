"""The servers with which there is exchange in allow-list mode."""

from __future__ import annotations

from echo import db
from echo.db import Row
from echo.models import AllowedServer
from echo.store import loading
from echo.store.cursor import Cursor


async def allowed() -> frozenset[str]:
    """Their domains."""
    return frozenset(row["domain"] for row in await db.fetch("SELECT domain FROM allowed_servers"))


async def listing() -> list[Row]:
    """Rows (domain, created_at), by name."""
    return await db.fetch("SELECT domain, created_at FROM allowed_servers ORDER BY domain")


async def page(cursor: Cursor) -> list[AllowedServer]:
    """They, the newest first."""
    rows = await db.fetch(
        f"SELECT {loading.columns(AllowedServer, 't')} FROM allowed_servers t"
        f" WHERE {cursor.condition('t.id')} {cursor.order('t.id')}"
    )
    return [loading.read(AllowedServer, row) for row in cursor.newest_first(rows)]


async def find(allow_id: int) -> AllowedServer | None:
    """One by its id."""
    return await AllowedServer.get_or_none(id=allow_id)
