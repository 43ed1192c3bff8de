"""Custom emojis of this server."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from echo import db
from echo.db import Row


async def find(shortcodes: Sequence[str]) -> list[dict[str, str]]:
    """Those of these that there are, as they are kept beside texts: [{shortcode, url, static_url}]."""
    if not shortcodes:
        return []
    rows = await db.fetch(
        "SELECT shortcode, file_key, static_key FROM custom_emojis WHERE shortcode = ANY($1)",
        list(shortcodes),
    )
    found = {
        row["shortcode"]: {
            "shortcode": row["shortcode"],
            "url": row["file_key"],
            "static_url": row["static_key"],
        }
        for row in rows
    }
    return [found[code] for code in shortcodes if code in found]


async def listing(*, only_visible: bool) -> list[Row]:
    """Rows of all emojis, by category and shortcode."""
    return await db.fetch(
        "SELECT shortcode, file_key, static_key, category, visible, featured FROM custom_emojis"
        " WHERE visible OR NOT $1 ORDER BY category, featured DESC, lower(shortcode), shortcode",
        only_visible,
    )


async def rewrite_uses(shortcode: str, now: dict[str, str] | None) -> None:
    """Show another picture, or none, in what people here have written with an emoji."""
    replacement = msgspec.json.encode([] if now is None else [now]).decode()
    mark = msgspec.json.encode([{"shortcode": shortcode}]).decode()
    rows = await db.fetch(
        f"UPDATE posts SET emojis = {_REPLACED}, version = version + 1"
        # The last condition is the index's.
        " WHERE local AND emojis @> $3::jsonb AND emojis <> '[]'::jsonb RETURNING id",
        shortcode,
        replacement,
        mark,
    )
    await db.execute(
        "UPDATE posts SET version = version + 1 WHERE boost_of_id = ANY($1)", [row["id"] for row in rows]
    )
    await db.execute(
        f"UPDATE accounts SET emojis = {_REPLACED}, version = version + 1"
        " WHERE domain = '' AND emojis @> $3::jsonb",
        shortcode,
        replacement,
        mark,
    )
    await db.execute(
        f"UPDATE announcements SET emojis = {_REPLACED} WHERE emojis @> $3::jsonb",
        shortcode,
        replacement,
        mark,
    )


_REPLACED = """(SELECT coalesce(jsonb_agg(e), '[]'::jsonb) || $2::jsonb
    FROM jsonb_array_elements(emojis) e WHERE e->>'shortcode' <> $1)"""
