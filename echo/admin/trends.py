"""What could trend, for moderators: hashtags, posts, links and the sites these lead to."""

from __future__ import annotations

import msgspec
from quart import Blueprint, Response

from echo.actions import trend_reviews as actions
from echo.actions.trend_reviews import HashtagDraft
from echo.errors import NotFound
from echo.http.access import needs, staff
from echo.http.reading import cursor_of, offset_link, offset_range, page_link, params, read_id, update_route
from echo.http.replies import array, entity, raw
from echo.kinds import TrendKind
from echo.policy.roles import Permission
from echo.render import trending
from echo.store import trend_reviews, trends
from echo.store.cursor import Cursor

blueprint = Blueprint("admin_trends", __name__)
_TAGS, _BASE = "/api/v1/admin/tags", "/api/v1/admin/trends"
_PUBLISHERS = f"{_BASE}/links/publishers"
_MAY = Permission.MANAGE_TAXONOMIES
_encode = msgspec.json.Encoder().encode


@blueprint.get(_TAGS)
@needs("admin:read", may=_MAY)
async def tags() -> Response:
    """All hashtags, the newest first."""
    cursor = cursor_of(await params(), default=100, maximum=200)
    rows = await trend_reviews.page_of_hashtags(cursor)
    ids = [row["id"] for row in rows]
    link = page_link(ids[0], ids[-1], with_next=len(ids) >= cursor.limit) if ids else None
    return array([_encode(one) for one in await trending.tags_for_staff(rows)], link=link)


@blueprint.get(f"{_TAGS}/<tag_id>")
@needs("admin:read", may=_MAY)
async def tag(tag_id: str) -> Response:
    """One hashtag."""
    return await _tag(await _item(TrendKind.HASHTAG, tag_id))


@update_route(blueprint, f"{_TAGS}/<tag_id>")
@needs("admin:write", may=_MAY)
async def change_tag(tag_id: str) -> Response:
    """Say how a hashtag may be used: `trendable`, `usable`, `listable`, `display_name`."""
    number, given = await _item(TrendKind.HASHTAG, tag_id), await params()
    draft = HashtagDraft(
        display_name=given.text("display_name"),
        trendable=given.boolean("trendable"),
        usable=given.boolean("usable"),
        listable=given.boolean("listable"),
    )
    await actions.change_hashtag(staff(), number, draft)
    return await _tag(number)


@blueprint.get(f"{_BASE}/tags")
@needs("admin:read", may=_MAY)
async def trending_tags() -> Response:
    """Hashtags that trend, also those that are not shown."""
    limit, offset = offset_range(await params(), default=10, maximum=20)
    ids = [row["id"] for row in await trends.hashtags(limit=limit, offset=offset, unseen=None)]
    rendered = await trending.tags_for_staff(await trend_reviews.hashtags(ids))
    return array([_encode(one) for one in rendered], link=offset_link(ids, limit, offset))


@blueprint.get(f"{_BASE}/statuses")
@needs("admin:read", may=_MAY)
async def trending_posts() -> Response:
    """Posts that trend, also those that are not shown."""
    limit, offset = offset_range(await params(), default=20, maximum=40)
    ids = await trends.post_ids(limit=limit, offset=offset, unseen=None)
    return array(await trending.posts_for_staff(ids), link=offset_link(ids, limit, offset))


@blueprint.get(f"{_BASE}/links")
@needs("admin:read", may=_MAY)
async def trending_links() -> Response:
    """Links that trend, also those that are not shown."""
    limit, offset = offset_range(await params(), default=10, maximum=20)
    rows = await trends.links(limit=limit, offset=offset, unseen=None)
    return array(await trending.links_for_staff(rows), link=offset_link(rows, limit, offset))


@blueprint.get(_PUBLISHERS)
@needs("admin:read", may=_MAY)
async def publishers() -> Response:
    """Sites whose pages have trended, the newest first."""
    cursor = cursor_of(await params(), default=40, maximum=80)
    rows = await trend_reviews.publishers(cursor)
    ids = [row["id"] for row in rows]
    link = page_link(ids[0], ids[-1], with_next=len(ids) >= cursor.limit) if ids else None
    return array([_encode(one) for one in trending.publishers(rows)], link=link)


@blueprint.post(f"{_BASE}/tags/<tag_id>/approve")
@needs("admin:write", may=_MAY)
async def approve_tag(tag_id: str) -> Response:
    """Let a hashtag trend."""
    return await _tag(await _review(TrendKind.HASHTAG, tag_id, allowed=True))


@blueprint.post(f"{_BASE}/tags/<tag_id>/reject")
@needs("admin:write", may=_MAY)
async def reject_tag(tag_id: str) -> Response:
    """Let a hashtag never trend."""
    return await _tag(await _review(TrendKind.HASHTAG, tag_id, allowed=False))


@blueprint.post(f"{_BASE}/statuses/<status_id>/approve")
@needs("admin:write", may=_MAY)
async def approve_post(status_id: str) -> Response:
    """Let a post trend."""
    return await _post(await _review(TrendKind.POST, status_id, allowed=True))


@blueprint.post(f"{_BASE}/statuses/<status_id>/reject")
@needs("admin:write", may=_MAY)
async def reject_post(status_id: str) -> Response:
    """Let a post not trend."""
    return await _post(await _review(TrendKind.POST, status_id, allowed=False))


@blueprint.post("/api/v1/echo/admin/trends/statuses/<status_id>/author/approve")
@needs("admin:write", may=_MAY)
async def approve_author(status_id: str) -> Response:
    """Let all posts of whoever wrote this one trend. Mastodon has it on its page only."""
    return await _author(status_id, allowed=True)


@blueprint.post("/api/v1/echo/admin/trends/statuses/<status_id>/author/reject")
@needs("admin:write", may=_MAY)
async def reject_author(status_id: str) -> Response:
    """Let none of them trend."""
    return await _author(status_id, allowed=False)


@blueprint.post(f"{_BASE}/links/<link_id>/approve")
@needs("admin:write", may=_MAY)
async def approve_link(link_id: str) -> Response:
    """Let a link trend."""
    return await _link(await _review(TrendKind.LINK, link_id, allowed=True))


@blueprint.post(f"{_BASE}/links/<link_id>/reject")
@needs("admin:write", may=_MAY)
async def reject_link(link_id: str) -> Response:
    """Let a link not trend."""
    return await _link(await _review(TrendKind.LINK, link_id, allowed=False))


@blueprint.post(f"{_PUBLISHERS}/<publisher_id>/approve")
@needs("admin:write", may=_MAY)
async def approve_publisher(publisher_id: str) -> Response:
    """Let the links of a site trend."""
    return await _publisher(await _review(TrendKind.PUBLISHER, publisher_id, allowed=True))


@blueprint.post(f"{_PUBLISHERS}/<publisher_id>/reject")
@needs("admin:write", may=_MAY)
async def reject_publisher(publisher_id: str) -> Response:
    """Let the links of a site not trend."""
    return await _publisher(await _review(TrendKind.PUBLISHER, publisher_id, allowed=False))


async def _item(kind: TrendKind, text: str) -> int:
    number = read_id(text)
    if await trend_reviews.name_of(kind, number) is None:
        raise NotFound
    return number


async def _review(kind: TrendKind, text: str, *, allowed: bool) -> int:
    number = await _item(kind, text)
    await actions.review(staff(), kind, number, allowed=allowed)
    return number


async def _author(text: str, *, allowed: bool) -> Response:
    number = await _item(TrendKind.POST, text)
    await actions.review_author(staff(), number, allowed=allowed)
    return await _post(number)


async def _tag(number: int) -> Response:
    return entity((await trending.tags_for_staff(await trend_reviews.hashtags([number])))[0])


async def _post(number: int) -> Response:
    found = await trending.posts_for_staff([number])
    if not found:
        raise NotFound
    return raw(found[0])


async def _link(number: int) -> Response:
    return raw((await trending.links_for_staff(await trends.cards([number])))[0])


async def _publisher(number: int) -> Response:
    rows = await trend_reviews.publishers(Cursor(limit=1), [number])
    return entity(trending.publishers(rows)[0])
