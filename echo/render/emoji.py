"""Custom emojis to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from echo import addresses
from echo.db import Row
from echo.render.entities import ListedEmoji


def many(rows: Sequence[Row]) -> list[ListedEmoji]:
    """Rows of `store.emojis.listing`."""
    file = addresses.here().file
    return [
        ListedEmoji(
            shortcode=row["shortcode"],
            url=file(row["file_key"]),
            static_url=file(row["static_key"]),
            visible_in_picker=row["visible"],
            category=row["category"],
            featured=row["featured"],
        )
        for row in rows
    ]
