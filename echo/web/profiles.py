"""Public pages of people, posts and hashtags: what an anonymous visitor may see."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.addresses import here
from echo.errors import NotFound
from echo.http import media_types
from echo.http.access import page
from echo.ids import parse_id
from echo.kinds import Visibility
from echo.models import Account
from echo.policy import feeds
from echo.policy.feeds import Feed
from echo.policy.viewer import NOBODY
from echo.render import cards
from echo.render.cards import Author, Card
from echo.store import accounts, hashtags, pins, posts, relations, threads, timelines
from echo.store.cursor import Cursor
from echo.store.timelines import AccountFilter, PublicFilter
from echo.text import handles
from echo.text.hashtags import normalise
from echo.web import markup, visitor
from echo.web.page import Meta, show

blueprint = Blueprint("profiles", __name__)
PAGE = 20
# Answers to answers move in no further than this.
DEEPEST = 4


@blueprint.get("/@<name>")
@page
@visitor.members_where_closed
async def profile(name: str) -> Response:
    """Somebody here, with their posts. For somebody elsewhere: where they are."""
    account = await find_account(name)
    if account.domain:
        return await _elsewhere(account, account.uri)
    if _wants_activity():
        return _to_activity(account.uri)
    if is_former(name, account):
        return visitor.redirect(here().profile_page(account.username), status=302)
    with_replies = "replies" in request.args
    ids = await timelines.account(
        NOBODY, account.id, _cursor(), AccountFilter(exclude_replies=not with_replies)
    )
    author = await cards.author(account.id)
    is_first = "max_id" not in request.args
    pinned = await pins.of_account(NOBODY, account.id) if is_first and not with_replies else []
    return await show(
        "profile.html",
        meta=Meta(
            title=f"{author.name} (@{author.username}@{here().domain})",
            description=markup.words(author.bio) or f"@{author.username}@{here().domain}",
            url=author.url,
            image=author.avatar,
            kind="profile",
            activity=author.uri,
            indexed=author.indexable,
        ),
        feed=f"{author.url}.rss",
        author=author,
        follow=await _follow_of_visitor(account.id),
        handle=f"@{author.username}@{here().domain}",
        pinned=await cards.many(NOBODY, pinned),
        posts=await cards.many(NOBODY, ids),
        with_replies=with_replies,
        older_id=str(ids[-1]) if len(ids) == PAGE else "",
        is_first=is_first,
    )


@blueprint.get("/@<name>/<post_id>")
@page
@visitor.members_where_closed
async def post(name: str, post_id: str) -> Response:
    """A post in its thread."""
    number = parse_id(post_id)
    account = await find_account(name)
    found = await posts.find(NOBODY, number) if number is not None else None
    # Boosts have no page: there is nothing to read on them.
    if found is None or found.author_id != account.id or found.boost_of_id is not None:
        raise NotFound("Not Found")
    if account.domain:
        return await _elsewhere(account, found.uri)
    if _wants_activity():
        return _to_activity(found.uri)
    if is_former(name, account):
        return visitor.redirect(here().post_page(account.username, found.id), status=302)
    above = await threads.ancestor_ids(found, threads.ANONYMOUS)
    below = await threads.descendant_ids(found, threads.ANONYMOUS)
    card = await cards.one(NOBODY, found.id)
    return await show(
        "post.html",
        meta=_meta_of(card),
        post=card,
        above=await cards.many(NOBODY, above),
        below=_with_depth(card, await cards.many(NOBODY, below)),
    )


@blueprint.get("/tags/<name>")
@page
@visitor.members_where_closed
async def tag(name: str) -> Response:
    """Public posts with a hashtag."""
    folded = normalise(name)
    if folded is None:
        raise NotFound("Not Found")
    sides, ids = feeds.open_to_everybody(Feed.HASHTAG), list[int]()
    if not sides.is_none:
        wanted = PublicFilter(local=not sides.remote, remote=not sides.local)
        ids = await timelines.hashtag(NOBODY, _cursor(), wanted, any_of=[folded])
    shown = await hashtags.shown(folded) or name
    return await show(
        "tag.html",
        meta=Meta(title=f"#{shown}", url=here().tag_page(folded), indexed=bool(ids)),
        name=shown,
        feed=f"{here().tag_page(folded)}.rss",
        posts=await cards.many(NOBODY, ids),
        older_id=str(ids[-1]) if len(ids) == PAGE else "",
        is_first="max_id" not in request.args,
    )


async def _follow_of_visitor(account_id: int) -> str:
    """The state of the follow that whoever is logged in has of somebody; empty without one."""
    who = await visitor.login()
    known = await relations.find_follow(who.user_id, account_id) if who is not None else None
    return "" if known is None else known.state


def _with_depth(post: Card, below: list[Card]) -> list[tuple[int, Card]]:
    """Answers with how far they are from the post. One whose parent is not shown counts from the post."""
    depths = {post.id: 0}
    for card in below:
        depths[card.id] = depths.get(card.in_reply_to_id or "", 0) + 1
    return [(min(depths[card.id], DEEPEST), card) for card in below]


def _meta_of(card: Card) -> Meta:
    author: Author = card.author
    pictures = [file.preview_url for file in card.files if file.kind == "image" and file.preview_url]
    hidden = card.sensitive or card.spoiler
    return Meta(
        title=f"{author.name}: {card.spoiler or markup.words(card.html, 80) or 'a post'}",
        description=card.spoiler or markup.words(card.html, 300),
        url=card.url,
        image=pictures[0] if pictures and not hidden else author.avatar,
        kind="article",
        activity=card.uri,
        indexed=author.indexable and card.visibility == Visibility.PUBLIC,
    )


async def find_account(name: str) -> Account:
    """Who has this name, here or elsewhere. Raises NotFound, for those who are suspended too."""
    username, domain = handles.split(name)
    if not username or "\x00" in name:
        raise NotFound("Not Found")
    account = await accounts.find_by_handle(username, "" if here().is_handle_host(domain) else domain)
    if account is None or account.suspended_at is not None:
        raise NotFound("Not Found")
    return account


def is_former(name: str, account: Account) -> bool:
    """Whether somebody here is called otherwise by now than in the address that was asked for."""
    return name.partition("@")[0].lower() != account.username_key


async def _elsewhere(account: Account, uri: str) -> Response:
    """We lead nobody to another server without saying so.

    Shapes:  uri: of whom or what the page is about
    """
    return await show(
        "elsewhere.html",
        meta=Meta(title=f"@{account.username}@{account.domain}"),
        handle=f"@{account.username}@{account.domain}",
        url=account.url or account.uri,
        uri=uri,
        domain=account.domain,
    )


def _cursor() -> Cursor:
    return Cursor(limit=PAGE, max_id=parse_id(request.args.get("max_id", "")))


def _wants_activity() -> bool:
    """Whether another server asks for the thing behind the page: people paste page addresses into search."""
    return media_types.prefers_activity(request.headers.getlist("Accept"))


def _to_activity(uri: str) -> Response:
    response = visitor.redirect(uri, status=302)
    response.headers["Vary"] = "Accept, Cookie"
    return response
