"""What is trending, and what moderators see of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from echo.db import Row
from echo.kinds import TrendKind
from echo.policy.viewer import NOBODY
from echo.render import history, preview, status, tag, times
from echo.render.admin_entities import StaffTag, TrendPublisher
from echo.store import trend_reviews, trends

_encode = msgspec.json.Encoder().encode


async def links(rows: Sequence[Row]) -> list[bytes]:
    """Rows of `store.trends.links`, with their last seven days."""
    days: dict[int, list[Row]] = defaultdict(list)
    for row in await trends.link_days([row["id"] for row in rows]):
        days[row["card_id"]].append(row)
    named = await preview.authors_of(row["card"] for row in rows)
    return [
        _encode(preview.one(row["card"], named))[:-1]
        + b',"history":'
        + _encode(history.of_days(days[row["id"]]))
        + b"}"
        for row in rows
    ]


async def links_for_staff(rows: Sequence[Row]) -> list[bytes]:
    """The same with their ids, and whether nobody has looked at them."""
    said = await trend_reviews.said(TrendKind.LINK, [row["id"] for row in rows])
    return [
        b'{"id":"%d","requires_review":%b,' % (row["id"], _json(row["id"] not in said)) + link[1:]
        for row, link in zip(rows, await links(rows), strict=True)
    ]


async def posts_for_staff(post_ids: Sequence[int]) -> list[bytes]:
    """Posts, and whether nobody has looked at them."""
    said = await trend_reviews.said(TrendKind.POST, post_ids)
    shown = await status.by_id(NOBODY, post_ids)
    authors = await trend_reviews.of_authors(post_ids)
    return [
        shown[number][:-1] + b',"requires_review":%b}' % _json(number not in said and number not in authors)
        for number in post_ids
        if number in shown
    ]


async def tags_for_staff(rows: Sequence[Row]) -> list[StaffTag]:
    """Rows of `store.trend_reviews.hashtags`."""
    known = await tag.many(rows, signed_in=False)
    return [
        StaffTag(
            id=shown.id,
            name=row["display_name"] or shown.name,
            url=shown.url,
            history=shown.history,
            trendable=row["allowed"] is True or (row["allowed"] is None and row["shows_unseen"]),
            usable=row["usable"],
            listable=row["listable"],
            requires_review=row["allowed"] is None,
        )
        for row, shown in zip(rows, known, strict=True)
    ]


def publishers(rows: Sequence[Row]) -> list[TrendPublisher]:
    """Rows of `store.trend_reviews.publishers`."""
    return [
        TrendPublisher(
            id=str(row["id"]),
            domain=row["domain"],
            trendable=row["allowed"],
            reviewed_at=times.iso_or_none(row["reviewed_at"]),
            requires_review=row["allowed"] is None,
        )
        for row in rows
    ]


def states(said: Mapping[int, bool], ids: Sequence[int]) -> dict[int, str]:
    """What was said of each, in a word for pages."""
    words = {True: "approved", False: "rejected"}
    return {number: words[said[number]] if number in said else "new" for number in ids}


def _json(value: bool) -> bytes:
    return b"true" if value else b"false"
