"""What people say in public, for feed readers: RSS of a profile and of a hashtag.

Everybody reads the same: what the page of it shows to somebody who is not logged in, without boosts.

Source:  RSS 2.0, Media RSS 1.5.1; addresses as Mastodon's
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from email.utils import format_datetime
from urllib.parse import quote

from markupsafe import Markup, escape
from quart import Blueprint, Response, request

from echo.addresses import here
from echo.errors import NotFound
from echo.http.access import page
from echo.policy import feeds
from echo.policy.feeds import Feed
from echo.policy.viewer import NOBODY
from echo.render import cards
from echo.render.cards import Card
from echo.store import posts, timelines
from echo.store.cursor import Cursor
from echo.store.timelines import AccountFilter, PublicFilter
from echo.text.hashtags import normalise
from echo.web import markup, visitor
from echo.web.page import fill
from echo.web.profiles import find_account, is_former

blueprint = Blueprint("web_feeds", __name__)
ENTRIES, MOST_ENTRIES = 20, 200
FRESH_SECONDS = 60
# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@blueprint.get("/@<name>.rss")
@page
@visitor.members_where_closed
async def profile(name: str) -> Response:
    """What somebody here says, without answers to others."""
    return await _of_account(name, "", AccountFilter(exclude_boosts=True, exclude_replies=True))


@blueprint.get("/@<name>/with_replies.rss")
@page
@visitor.members_where_closed
async def profile_with_replies(name: str) -> Response:
    """The same, with answers to others."""
    return await _of_account(name, "/with_replies", AccountFilter(exclude_boosts=True))


@blueprint.get("/@<name>/media.rss")
@page
@visitor.members_where_closed
async def profile_media(name: str) -> Response:
    """The posts of somebody here that have files."""
    return await _of_account(name, "/media", AccountFilter(exclude_boosts=True, only_media=True))


@blueprint.get("/@<name>/tagged/<tag_name>.rss")
@page
@visitor.members_where_closed
async def profile_tagged(name: str, tag_name: str) -> Response:
    """The posts of somebody here with a hashtag."""
    folded = _folded(tag_name)
    wanted = AccountFilter(exclude_boosts=True, hashtag=folded)
    return await _of_account(name, f"/tagged/{quote(folded)}", wanted)


@blueprint.get("/tags/<name>.rss")
@page
@visitor.members_where_closed
async def tag(name: str) -> Response:
    """Public posts with a hashtag, as far as visitors may read its timeline."""
    folded = _folded(name)
    sides, ids = feeds.open_to_everybody(Feed.HASHTAG), list[int]()
    if not sides.is_none:
        wanted = PublicFilter(local=not sides.remote, remote=not sides.local)
        ids = await timelines.hashtag(NOBODY, _cursor(), wanted, any_of=[folded])
    address = here().tag_page(folded)
    return await _feed(
        ids,
        title=f"#{name}",
        about=f"Public posts with #{name}, as {here().domain} knows them",
        link=address,
        address=f"{address}.rss",
        indexed=True,
    )


async def _of_account(name: str, ending: str, wanted: AccountFilter) -> Response:
    account = await find_account(name)
    if account.domain:
        raise NotFound("Not Found")
    address = f"{here().profile_page(account.username)}{ending}.rss"
    if is_former(name, account):
        return visitor.redirect(address, status=302)
    author = await cards.author(account.id)
    return await _feed(
        await timelines.account(NOBODY, account.id, _cursor(), wanted),
        title=author.name,
        about=f"Public posts from @{author.username}@{here().domain}",
        link=author.url,
        address=address,
        image=author.avatar,
        indexed=author.indexable,
    )


async def _feed(
    post_ids: Sequence[int],
    *,
    title: str,
    about: str,
    link: str,
    address: str,
    image: str = "",
    indexed: bool,
) -> Response:
    """The feed, or 304 when the reader has it."""
    entries = await cards.many(NOBODY, post_ids)
    files = await posts.facts_of_files([int(file.id) for entry in entries for file in entry.files])
    text = fill(
        "feed.xml",
        title=title,
        about=about,
        link=link,
        address=address,
        image=image,
        built=format_datetime(entries[0].created_at) if entries else "",
        items=[
            {
                "post": entry,
                "title": _title(entry),
                "at": format_datetime(entry.created_at),
                "html": _html(entry),
                # One that was taken away in this moment has no facts any more.
                "files": [
                    (file, files[int(file.id)]) for file in entry.files if file.url and int(file.id) in files
                ],
            }
            for entry in entries
        ],
    )
    body = _UNWRITABLE.sub("", text).encode()
    version = hashlib.sha256(body).hexdigest()[:32]
    headers = {
        "ETag": f'"{version}"',
        "Cache-Control": "private, no-store" if feeds.is_closed() else f"public, max-age={FRESH_SECONDS}",
        "X-Content-Type-Options": "nosniff",
    }
    if not indexed:
        headers["X-Robots-Tag"] = "noindex"
    if request.if_none_match.contains_weak(version):
        return Response(b"", status=304, headers=headers)
    return Response(body, content_type="application/rss+xml; charset=utf-8", headers=headers)


def _title(post: Card) -> str:
    """Posts have none: their warning, or their first words, so that lists of entries say something."""
    words = post.spoiler or markup.words(post.html, 80)
    if words:
        return words
    return next((file.description for file in post.files if file.description), None) or "A post"


def _html(post: Card) -> Markup:
    """What a post says, under its warning and with the answers of its poll; files stand beside it."""
    parts = [markup.rich(post.html, post.emojis)]
    if post.spoiler:
        parts.insert(
            0, Markup("<p><strong>{}</strong></p><hr>").format(markup.plain(post.spoiler, post.emojis))
        )
    if post.poll:
        answers = [Markup("<li>{}</li>").format(escape(answer.title)) for answer in post.poll.answers]
        parts.append(Markup("<ul>{}</ul>").format(Markup("").join(answers)))
    return Markup("").join(parts)


def _folded(name: str) -> str:
    folded = normalise(name)
    if folded is None:
        raise NotFound("Not Found")
    return folded


def _cursor() -> Cursor:
    """As many entries as the reader asks for, Mastodon's `limit`."""
    asked = request.args.get("limit", "")
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else ENTRIES
    return Cursor(limit=max(1, min(wanted, MOST_ENTRIES)))
