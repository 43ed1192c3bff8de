"""Settings that were chosen while the server runs."""

from __future__ import annotations

import msgspec

from echo import clock, db


async def load() -> dict[str, object]:
    """What was chosen: {section.key: value}."""
    rows = await db.fetch("SELECT name, value FROM chosen_settings")
    return {row["name"]: msgspec.json.decode(row["value"]) for row in rows}


async def put(name: str, value: object) -> None:
    """Choose a value."""
    await db.execute(
        "INSERT INTO chosen_settings (name, value, updated_at) VALUES ($1, $2::jsonb, $3)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
        name,
        msgspec.json.encode(value).decode(),
        clock.now(),
    )


async def drop(name: str) -> None:
    """Let the configuration file decide again."""
    await db.execute("DELETE FROM chosen_settings WHERE name = $1", name)
