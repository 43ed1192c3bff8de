"""The first page, and what there is to know about this server."""

from __future__ import annotations

from quart import Blueprint, Response

from echo import settings
from echo.addresses import here
from echo.http.access import page
from echo.policy import feeds
from echo.policy.feeds import Feed
from echo.policy.viewer import NOBODY
from echo.render import cards
from echo.store import house_texts, timelines
from echo.store.cursor import Cursor
from echo.store.timelines import PublicFilter
from echo.web import static_files
from echo.web.page import Meta, show

blueprint = Blueprint("home", __name__)
RECENT = 12


@blueprint.get("/")
@page
async def landing() -> Response:
    """Who we are, and what people here have said lately."""
    recent: list[int] = []
    if feeds.open_to_everybody(Feed.LIVE).local:
        recent = await timelines.public(NOBODY, Cursor(limit=RECENT), PublicFilter(local=True))
    instance = settings.here().instance
    return await show(
        "landing.html",
        meta=Meta(
            title="",
            description=instance.description,
            url=f"{here().base}/",
            image=f"{here().base}{static_files.address('preview.png')}",
            indexed=True,
        ),
        posts=await cards.many(NOBODY, recent),
    )


@blueprint.get("/about")
@page
async def about() -> Response:
    """Rules and contact."""
    instance, more = settings.here().instance, house_texts.about()
    return await show(
        "about.html",
        more=more.html if more else "",
        rules=[rule for rule, _ in house_texts.rules()],
        has_terms=house_texts.has_terms(),
        meta=Meta(title="About", description=instance.description, url=f"{here().base}/about", indexed=True),
    )
