"""What is trending: hashtags, posts, links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec
from quart import Blueprint, Response, request

from echo.db import Row
from echo.http.access import has_token, optional, viewer
from echo.http.paging import link_header
from echo.http.params import Params
from echo.http.reading import own_origin, params, query_pairs
from echo.http.replies import array
from echo.render import history, preview, status, tag
from echo.store import trends

blueprint = Blueprint("trends", __name__)
_encode = msgspec.json.Encoder().encode


@blueprint.get("/api/v1/trends/tags")
@blueprint.get("/api/v1/trends", endpoint="tags_by_the_old_name")
@optional()
async def tags() -> Response:
    """Hashtags that many people began to use."""
    limit, offset = _range(await params(), default=10, maximum=20)
    rows = await trends.hashtags(limit=limit, offset=offset)
    rendered = [_encode(found) for found in await tag.many(rows, signed_in=has_token(), viewer=viewer())]
    return array(rendered, link=_link(rows, limit, offset))


@blueprint.get("/api/v1/trends/statuses")
@optional()
async def statuses() -> Response:
    """Posts that many people like and boost."""
    limit, offset = _range(await params(), default=20, maximum=40)
    found = await trends.post_ids(limit=limit, offset=offset)
    return array(await status.many(viewer(), found, hide_muted=True), link=_link(found, limit, offset))


@blueprint.get("/api/v1/trends/links")
@optional()
async def links() -> Response:
    """Pages that many people link to."""
    limit, offset = _range(await params(), default=10, maximum=20)
    rows = await trends.links(limit=limit, offset=offset)
    days: dict[int, list[Row]] = defaultdict(list)
    for row in await trends.link_days([row["id"] for row in rows]):
        days[row["card_id"]].append(row)
    named = await preview.authors_of(row["card"] for row in rows)
    rendered = [
        _encode(preview.one(row["card"], named))[:-1]
        + b',"history":'
        + _encode(history.of_days(days[row["id"]]))
        + b"}"
        for row in rows
    ]
    return array(rendered, link=_link(rows, limit, offset))


def _range(given: Params, *, default: int, maximum: int) -> tuple[int, int]:
    limit = min(abs(given.integer("limit", default)), maximum)
    return limit, given.integer("offset", 0, minimum=0, maximum=10_000)


def _link(found: Sequence[object], limit: int, offset: int) -> str | None:
    """The neighbours of a page, by offset."""
    return link_header(
        own_origin() + request.path.rstrip("/"),
        query_pairs(),
        next_page={"offset": str(offset + limit)} if found and len(found) >= limit else None,
        prev_page={"offset": str(max(0, offset - limit))} if found and offset > 0 else None,
    )
