"""Hashtags with their last seven days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from echo import addresses
from echo.db import Row
from echo.policy.viewer import NOBODY, Viewer
from echo.render import history
from echo.render.entities import Tag, TagWithMarks
from echo.store import hashtags, instance


async def many(rows: Sequence[Row], *, signed_in: bool, viewer: Viewer = NOBODY) -> list[Tag]:
    """Rows (id, name), in the order given; those who are signed in are told what they are to the hashtag.

    A name is shown as moderators spell it, or else as it was first used; its address has the folded one.
    """
    names = [row["name"] for row in rows]
    own = {} if viewer.account_id is None else await hashtags.marks(viewer.account_id, names)
    days: dict[str, list[Row]] = defaultdict(list)
    spelled: dict[str, str] = {}
    for day in await instance.hashtag_days(names):
        spelled[day["name"]] = day["shown"]
        if day["day"] is not None:
            days[day["name"]].append(day)
    rendered: list[Tag] = []
    for row in rows:
        url = addresses.here().tag_page(row["name"])
        week = history.of_days(days[row["name"]])
        found = Tag(id=str(row["id"]), name=spelled.get(row["name"], row["name"]), url=url, history=week)
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
