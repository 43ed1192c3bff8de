"""What posts said before they were edited, and what they say now in the same form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from echo import db
from echo.db import Row

_ALL = """
    SELECT html, spoiler, sensitive, created_at, emojis, quote_of_id, poll_titles, coalesce(files, (
        SELECT jsonb_agg(row_to_json(m)) FROM media m WHERE m.post_id = v.post_id
            AND v.media_ids @> to_jsonb(m.id))) AS files
    FROM post_versions v WHERE v.post_id = $1 ORDER BY v.id
"""


@dataclass(frozen=True, slots=True)
class Parts:
    """The files of a post by id, and what its poll asks; None without one."""

    files: dict[int, dict[str, Any]]
    titles: list[str] | None


async def parts(post_id: int) -> Parts:
    """What hangs on a post, as it is now."""
    row = await db.fetch_one(
        "SELECT (SELECT json_agg(row_to_json(m)) FROM media m WHERE m.post_id = p.id) AS files,"
        " (SELECT json_agg(o.title ORDER BY o.position) FROM poll_options o WHERE o.poll_id = p.poll_id)"
        " AS titles FROM posts p WHERE p.id = $1",
        post_id,
    )
    assert row is not None, "a post that is being edited is there"
    files = msgspec.json.decode(row["files"] or "[]")
    return Parts(
        {file["id"]: file for file in files},
        None if row["titles"] is None else msgspec.json.decode(row["titles"]),
    )


async def page(post_id: int) -> list[Row]:
    """Rows (html, spoiler, sensitive, created_at, emojis, quote_of_id, poll_titles, files as JSON) of what
    a post said before each edit, oldest first."""
    return await db.fetch(_ALL, post_id)
