"""Hashtags with their last seven days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from echo import addresses
from echo.db import Row
from echo.render import history
from echo.render.entities import Tag, TagWithMarks
from echo.store import instance


async def many(rows: Sequence[Row], *, signed_in: bool) -> list[Tag]:
    """Rows (id, name), in the order given; those who are signed in are told what they are to the hashtag."""
    shape = TagWithMarks if signed_in else Tag
    days: dict[str, list[Row]] = defaultdict(list)
    for day in await instance.hashtag_days([r["name"] for r in rows]):
        days[day["name"]].append(day)
    rendered = []
    for row in rows:
        url = addresses.here().tag_page(row["name"])
        rendered.append(
            shape(id=str(row["id"]), name=row["name"], url=url, history=history.of_days(days[row["name"]]))
        )
    return rendered
