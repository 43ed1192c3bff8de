"""Posts for pages elsewhere that show links with more than their address.

Source:  https://oembed.com, as Mastodon answers it
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from quart import Blueprint, Response

from echo import addresses, settings
from echo.errors import NotFound
from echo.http.access import optional
from echo.http.reading import params
from echo.http.replies import entity
from echo.ids import parse_id
from echo.kinds import Visibility
from echo.policy.viewer import NOBODY
from echo.render import cards
from echo.render.cards import Card
from echo.store import posts
from echo.text.plain import escape

blueprint = Blueprint("oembed", __name__)
DEFAULT_WIDTH, MOST_PIXELS = 400, 10_000
CACHE_SECONDS = 86_400
_PATH = re.compile(r"/(?:@[^/]{1,255}|ap/posts|users/[^/]{1,255}/statuses)/([0-9]{1,19})(?:/embed)?/?")


@blueprint.get("/api/oembed")
@optional()
async def oembed() -> Response:
    """A public post of this server, by any of its addresses."""
    given = await params()
    post_id = _post_id(given.require_text("url"))
    post = None if post_id is None else await posts.find(NOBODY, post_id)
    if post is None or not post.local or post.boost_of_id is not None or post.visibility != Visibility.PUBLIC:
        raise NotFound
    card = await cards.one(NOBODY, post.id)
    return entity(
        {
            "type": "rich",
            "version": "1.0",
            "title": f"New post by {card.author.name}",
            "author_name": card.author.name,
            "author_url": card.author.url,
            "provider_name": settings.here().instance.domain,
            "provider_url": f"{addresses.here().base}/",
            "cache_age": CACHE_SECONDS,
            "html": _html(card),
            "width": given.integer("maxwidth", DEFAULT_WIDTH, minimum=1, maximum=MOST_PIXELS),
            "height": given.integer("maxheight", minimum=1, maximum=MOST_PIXELS),
        }
    )


def _post_id(url: str) -> int | None:
    """The post that an address of ours names. Scheme and letter case of the host say nothing."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.lower()
    except ValueError:
        return None
    ours = {addresses.here().host.lower(), addresses.here().domain.lower()}
    match = _PATH.fullmatch(parts.path)
    if match is None or parts.scheme not in ("http", "https") or host not in ours:
        return None
    return parse_id(match[1])


def _html(card: Card) -> str:
    """The post as a quotation: no script and no frame, so that it is safe wherever it is shown."""
    body = f"<p>{escape(card.spoiler)}</p>" if card.spoiler else card.html
    name, url = escape(f"{card.author.name} (@{card.author.handle})"), escape(card.url)
    when = card.created_at.strftime("%Y-%m-%d")
    return f'<blockquote cite="{url}">{body}<footer>{name}, <a href="{url}">{when}</a></footer></blockquote>'
