"""What trends, and what moderators say of it: hashtags, posts, links and the sites these lead to."""

from __future__ import annotations

import msgspec
from quart import Blueprint, Response, request

from echo.actions import trend_reviews as actions
from echo.actions.trend_reviews import HashtagDraft
from echo.errors import Invalid, NotFound
from echo.http.reading import read_id
from echo.kinds import TrendKind
from echo.policy.roles import Permission
from echo.policy.trends import shows_unseen
from echo.render import cards
from echo.store import hashtags, trend_reviews, trends
from echo.store.cursor import Cursor
from echo.text.hashtags import normalise
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, login, show_staff, staff_page

blueprint = Blueprint("trend_pages", __name__)
PATH = "/admin/trends"
ROWS = 50
TABS = {"hashtag": "Hashtags", "post": "Posts", "link": "Links", "publisher": "Sites"}
NOTICES = {
    "approve": "It may trend.",
    "reject": "It does not trend.",
    "approve_author": "Their posts may trend.",
    "reject_author": "Their posts do not trend.",
    "hashtag": "The hashtag is changed.",
}


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_TAXONOMIES)
async def listing() -> Response:
    """What trends, also what is not shown; or one hashtag by its name."""
    return await _listing()


@blueprint.post(PATH)
@staff_page(Permission.MANAGE_TAXONOMIES)
async def review() -> Response:
    """Say yes or no to one, or change a hashtag."""
    given = await visitor.read_form()
    kind, number, done = given.text("kind", ""), read_id(given.text("id", "")), given.text("do", "")
    if kind not in TABS:
        raise NotFound
    if done in ("approve_author", "reject_author") and kind == "post":
        await actions.review_author(await by(), number, allowed=done == "approve_author")
        return done_at(PATH, done, tab=kind)
    if done in ("approve", "reject"):
        await actions.review(await by(), TrendKind(kind), number, allowed=done == "approve")
        return done_at(PATH, done, tab=kind)
    draft = HashtagDraft(
        usable=given.boolean("usable", default=False), listable=given.boolean("listable", default=False)
    )
    try:
        await actions.change_hashtag(await by(), number, draft)
    except Invalid as error:
        return await _listing(bad=error.public)
    return done_at(PATH, "hashtag", tab="hashtag", name=given.text("name", ""))


async def _listing(*, bad: str = "") -> Response:
    asked = request.args.get("tab", "hashtag")
    tab = TrendKind(asked if asked in TABS else "hashtag")
    name = normalise(request.args.get("name", "")) or ""
    return await show_staff(
        "trends.html",
        title="Trends",
        notices=NOTICES,
        bad=bad,
        tabs=TABS,
        tab=tab.value,
        found=await _found(tab),
        shows_unseen=shows_unseen(),
        name=name,
        tag=await _hashtag(name),
    )


async def _hashtag(name: str) -> object:
    """A hashtag that somebody looks for, if there is one."""
    number = (await hashtags.find(name))["id"] if name else 0
    return next(iter(await trend_reviews.hashtags([number])), None) if number else None


async def _found(tab: TrendKind) -> list[dict[str, object]]:
    """What is on a tab: (id, name, url, allowed, post) of each."""
    match tab:
        case TrendKind.HASHTAG:
            rows = await trends.hashtags(limit=ROWS, offset=0, unseen=None)
            items = [
                {"id": row["id"], "name": f"#{row['name']}", "url": f"/tags/{row['name']}"} for row in rows
            ]
        case TrendKind.POST:
            ids = await trends.post_ids(limit=ROWS, offset=0, unseen=None)
            shown = await cards.many((await login()).viewer, ids)
            authors = await trend_reviews.said(TrendKind.AUTHOR, [int(post.author.id) for post in shown])
            items = [
                {
                    "id": int(post.id),
                    "name": "",
                    "url": post.url,
                    "post": post,
                    "author": authors.get(int(post.author.id)),
                }
                for post in shown
            ]
        case TrendKind.LINK:
            rows = await trends.links(limit=ROWS, offset=0, unseen=None)
            pages = [(row["id"], msgspec.json.decode(row["card"])) for row in rows]
            items = [{"id": number, "name": page["title"], "url": page["url"]} for number, page in pages]
        case _:
            rows = await trend_reviews.publishers(Cursor(limit=ROWS))
            items = [{"id": row["id"], "name": row["domain"], "url": ""} for row in rows]
    said = await trend_reviews.said(tab, [int(str(item["id"])) for item in items])
    return [{"post": None, **item, "allowed": said.get(int(str(item["id"])))} for item in items]
