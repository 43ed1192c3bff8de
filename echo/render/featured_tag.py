"""Hashtags that somebody shows on their profile."""

from __future__ import annotations

from collections.abc import Sequence

from echo import addresses
from echo.db import Row
from echo.render.entities import Entity


class FeaturedTag(Entity, frozen=True, kw_only=True):
    id: str
    name: str
    url: str
    statuses_count: str
    last_status_at: str | None


def many(rows: Sequence[Row]) -> list[FeaturedTag]:
    """Rows of `store.hashtags.featured`. The count is a text, the day a bare date."""
    return [
        FeaturedTag(
            id=str(row["id"]),
            name=row["shown"],
            url=addresses.here().tag_page(row["name"]),
            statuses_count=str(row["posts"]),
            last_status_at=row["last_post_on"].isoformat() if row["last_post_on"] else None,
        )
        for row in rows
    ]
