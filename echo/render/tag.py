"""Hashtags with their last seven days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from echo import addresses, clock
from echo.db import Row
from echo.policy.viewer import NOBODY, Viewer
from echo.render.entities import History, Tag, TagWithMarks
from echo.store import hashtags, instance


async def many(rows: Sequence[Row], *, signed_in: bool, viewer: Viewer = NOBODY) -> list[Tag]:
    """Rows (id, name), in the order given; those who are signed in are told what they are to the hashtag."""
    names = [row["name"] for row in rows]
    own = {} if viewer.account_id is None else await hashtags.marks(viewer.account_id, names)
    used = {(row["name"], row["day"].date()): row for row in await instance.hashtag_days(names)}
    today = clock.now().date()
    days = [today - timedelta(days=n) for n in range(7)]
    rendered: list[Tag] = []
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
        found = Tag(id=str(row["id"]), name=row["name"], url=url, history=history)
        rendered.append(_marked(found, own.get(row["name"])) if signed_in else found)
    return rendered


def _marked(found: Tag, own: Row | None) -> TagWithMarks:
    return TagWithMarks(
        id=found.id,
        name=found.name,
        url=found.url,
        history=found.history,
        following=own is not None and own["following"],
        featuring=own is not None and own["featuring"],
    )
