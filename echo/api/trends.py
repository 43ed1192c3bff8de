"""What is trending: hashtags, posts, links."""

from __future__ import annotations

import msgspec
from quart import Blueprint, Response

from echo.http.access import has_token, optional, viewer
from echo.http.reading import offset_link, offset_range, params
from echo.http.replies import array
from echo.policy.trends import shows_unseen
from echo.render import status, tag, trending
from echo.store import trends

blueprint = Blueprint("trends", __name__)
_encode = msgspec.json.Encoder().encode


@blueprint.get("/api/v1/trends/tags")
@blueprint.get("/api/v1/trends", endpoint="tags_by_the_old_name")
@optional()
async def tags() -> Response:
    """Hashtags that many people began to use."""
    limit, offset = offset_range(await params(), default=10, maximum=20)
    rows = await trends.hashtags(limit=limit, offset=offset, unseen=shows_unseen())
    rendered = [_encode(found) for found in await tag.many(rows, signed_in=has_token(), viewer=viewer())]
    return array(rendered, link=offset_link(rows, limit, offset))


@blueprint.get("/api/v1/trends/statuses")
@optional()
async def statuses() -> Response:
    """Posts that many people like and boost."""
    limit, offset = offset_range(await params(), default=20, maximum=40)
    found = await trends.post_ids(limit=limit, offset=offset, unseen=shows_unseen())
    return array(await status.many(viewer(), found, hide_muted=True), link=offset_link(found, limit, offset))


@blueprint.get("/api/v1/trends/links")
@optional()
async def links() -> Response:
    """Pages that many people link to."""
    limit, offset = offset_range(await params(), default=10, maximum=20)
    rows = await trends.links(limit=limit, offset=offset, unseen=shows_unseen())
    return array(await trending.links(rows), link=offset_link(rows, limit, offset))
