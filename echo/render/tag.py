"""Hashtags with their last seven days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from echo import addresses, clock
from echo.db import Row
from echo.render.entities import History, Tag, TagWithMarks
from echo.store import instance


async def many(rows: Sequence[Row], *, signed_in: bool) -> list[Tag]:
    """Rows (id, name), in the order given; those who are signed in are told what they are to the hashtag."""
    shape = TagWithMarks if signed_in else Tag
    used = {
        (row["name"], row["day"].date()): row
        for row in await instance.hashtag_days([r["name"] for r in rows])
    }
    today = clock.now().date()
    days = [today - timedelta(days=n) for n in range(7)]
    rendered = []
    for row in rows:
        history = []
        for day in days:
            counted = used.get((row["name"], day))
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
            history.append(
                History(
                    day=str(int(midnight.timestamp())),
                    uses=str(counted["uses"] if counted else 0),
                    accounts=str(counted["accounts"] if counted else 0),
                )
            )
        url = addresses.here().tag_page(row["name"])
        rendered.append(shape(id=str(row["id"]), name=row["name"], url=url, history=history))
    return rendered
