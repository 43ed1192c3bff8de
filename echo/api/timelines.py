"""Timelines, favourites and bookmarks."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.api.reading import status_page, timeline
from echo.errors import NotFound
from echo.http.access import account_id, current, has_token, needs, optional, viewer
from echo.http.params import Params
from echo.http.reading import cursor_of, page_link, params
from echo.http.replies import array
from echo.policy import feeds
from echo.policy.feeds import Feed, Sides
from echo.policy.roles import NO_SEAT
from echo.policy.trends import shows_unseen
from echo.render import status
from echo.store import home, timelines, trends
from echo.store.timelines import PublicFilter
from echo.text.hashtags import normalise

blueprint = Blueprint("timelines", __name__)


@blueprint.get("/api/v1/timelines/home")
@needs("read:statuses")
async def home_timeline() -> Response:
    """Posts of those one follows."""
    given = await params()
    cursor = cursor_of(given, default=20, maximum=40)
    ids = await home.page(account_id(), cursor)
    link = page_link(ids[0], ids[-1]) if ids else None
    return array(await status.many(viewer(), ids, hide_muted=True), link=link)


@blueprint.get("/api/v1/timelines/public")
@optional("read:statuses")
async def public_timeline() -> Response:
    """Public posts known here."""
    given = await params()
    cursor = cursor_of(given, default=20, maximum=40)
    wanted = _readable(Feed.LIVE, given)
    return await timeline(viewer(), await timelines.public(viewer(), cursor, wanted) if wanted else [])


@blueprint.get("/api/v1/timelines/tag/<name>")
@optional("read:statuses")
async def tag_timeline(name: str) -> Response:
    """Public posts with a hashtag; an unknown one is an empty list."""
    given = await params()
    cursor = cursor_of(given, default=20, maximum=40)
    any_of = _names([name, *given.list("any")])
    wanted = _readable(Feed.HASHTAG, given)
    if not any_of or wanted is None:
        return array([])
    ids = await timelines.hashtag(
        viewer(),
        cursor,
        wanted,
        any_of=any_of,
        all_of=_names(given.list("all")),
        none_of=_names(given.list("none")),
    )
    return await timeline(viewer(), ids)


@blueprint.get("/api/v1/timelines/link")
@optional("read:statuses")
async def link_timeline() -> Response:
    """Public posts that link to a trending page."""
    given = await params()
    card_id = await trends.find_link(given.require_text("url"), unseen=shows_unseen())
    if card_id is None:
        raise NotFound
    cursor = cursor_of(given, default=20, maximum=40)
    wanted = _readable(Feed.LINK, given)
    return await timeline(viewer(), await timelines.link(viewer(), card_id, cursor, wanted) if wanted else [])


@blueprint.get("/api/v1/favourites")
@needs("read:favourites")
async def favourites() -> Response:
    """Posts one has liked, by when."""
    cursor = cursor_of(await params(), default=20, maximum=40)
    return await status_page(viewer(), await timelines.liked(account_id(), cursor), cursor)


@blueprint.get("/api/v1/bookmarks")
@needs("read:bookmarks")
async def bookmarks() -> Response:
    """Posts one keeps, by when."""
    cursor = cursor_of(await params(), default=20, maximum=40)
    return await status_page(viewer(), await timelines.bookmarked(account_id(), cursor), cursor)


def _readable(feed: Feed, given: Params) -> PublicFilter | None:
    """What is asked for, as far as the caller may read it; None for nothing. Raises Invalid for visitors."""
    local, remote = given.boolean("local", default=False), given.boolean("remote", default=False)
    asked = Sides(local=local or not remote, remote=not local)
    seat = current().seat if has_token() else NO_SEAT
    left = feeds.readable(feed, asked, is_signed_in=not viewer().is_anonymous, seat=seat)
    if left.is_none:
        return None
    only_media = given.boolean("only_media", default=False)
    return PublicFilter(local=not left.remote, remote=not left.local, only_media=only_media)


def _names(names: list[str] | tuple[str, ...]) -> list[str]:
    return [folded for name in names if (folded := normalise(name.lstrip("#"))) is not None]
