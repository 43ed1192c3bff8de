"""Hashtags that somebody follows."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import tag_follows
from echo.errors import Invalid, NotFound
from echo.http.access import page
from echo.store import hashtags
from echo.store.cursor import Cursor
from echo.web.settings.frame import done, given, me, member, show_page

blueprint = Blueprint("settings_tags", __name__)
PATH = "/settings/tags"


@blueprint.get(PATH)
@page
@member()
async def index() -> Response:
    """The list."""
    return await _page()


@blueprint.post(PATH)
@page
@member()
async def follow() -> Response:
    """One more."""
    try:
        await tag_follows.follow(me().user_id, given().text("name", "").strip().removeprefix("#"))
    except NotFound:
        return await _page(problem="That is no hashtag", status=422)
    except Invalid as error:
        return await _page(problem=error.public, status=422)
    return done(PATH, "added")


@blueprint.post(f"{PATH}/<name>/remove")
@page
@member()
async def unfollow(name: str) -> Response:
    """One less."""
    await tag_follows.unfollow(me().user_id, name)
    return done(PATH, "removed")


async def _page(*, problem: str = "", status: int = 200) -> Response:
    rows = await hashtags.followed(me().user_id, Cursor(limit=tag_follows.MOST_FOLLOWED))
    names = [(row["name"], row["shown"]) for row in rows]
    return await show_page(
        "settings/tags.html", "Followed hashtags", problem=problem, status=status, names=names
    )
