"""The servers with which there is exchange in allow-list mode."""

from __future__ import annotations

from echo import db
from echo.db import Row


async def allowed() -> frozenset[str]:
    """Their domains."""
    return frozenset(row["domain"] for row in await db.fetch("SELECT domain FROM allowed_servers"))


async def listing() -> list[Row]:
    """Rows (domain, created_at), by name."""
    return await db.fetch("SELECT domain, created_at FROM allowed_servers ORDER BY domain")
