"""What a page says of itself: title, picture, author, player. Facts only, never its HTML.

Source:  The Open Graph protocol; oEmbed 1.0, discovery
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec
from selectolax.lexbor import LexborHTMLParser

from echo.text import languages
from echo.text.plain import storable
from echo.text.sanitize import safe_url

TITLE_CHARACTERS, DESCRIPTION_CHARACTERS, NAME_CHARACTERS = 500, 2000, 255
_URL_CHARACTERS = 2048
_MOST_TAGS = 500
_MOST_PIXELS = 10_000
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What is known of a page. Texts are plain, addresses absolute and http(s), or empty.

    Shapes:  kind: link, photo or video; embed_url: the player or the picture; width, height: of it, in
             pixels; oembed_url: where more is said; creator: handle of the account that is named as author
    """

    url: str
    kind: str = "link"
    title: str = ""
    description: str = ""
    language: str | None = None
    author_name: str = ""
    author_url: str = ""
    provider_name: str = ""
    provider_url: str = ""
    image_url: str = ""
    image_description: str = ""
    embed_url: str = ""
    width: int = 0
    height: int = 0
    published_at: datetime | None = None
    oembed_url: str = ""
    creator: str = ""


def read_page(html: bytes, url: str) -> PageFacts | None:
    """The facts of a page; None when it has not even a title.

    Shapes:  html: the beginning of a page, in any encoding it declares; url: where it was found
    """
    page = LexborHTMLParser(html)
    meta: dict[str, str] = {}
    for node in page.css("meta[content]")[:_MOST_TAGS]:
        name = node.attributes.get("property") or node.attributes.get("name") or ""
        meta.setdefault(name.lower(), node.attributes.get("content") or "")
    heading = page.css_first("title")
    title = _line(meta.get("og:title") or (heading.text() if heading is not None else ""), TITLE_CHARACTERS)
    if not title:
        return None
    player = _address(
        meta.get("og:video:secure_url") or meta.get("og:video:url") or meta.get("og:video"), url
    )
    has_player = player.startswith("https://") and meta.get("og:video:type", "") == "text/html"
    root = page.css_first("html[lang]")
    said = meta.get("og:locale") or (root.attributes.get("lang") if root is not None else None)
    return PageFacts(
        url=_canonical(page, meta, url),
        kind="video" if has_player else "link",
        title=title,
        description=_line(meta.get("og:description") or meta.get("description"), DESCRIPTION_CHARACTERS),
        language=languages.normalise((said or "").replace("_", "-")[:35] or None),
        author_name=_line(meta.get("author") or _person(meta.get("article:author")), NAME_CHARACTERS),
        author_url=_address(meta.get("article:author"), url),
        provider_name=_line(meta.get("og:site_name"), NAME_CHARACTERS),
        image_url=_address(meta.get("og:image:secure_url") or meta.get("og:image"), url),
        image_description=_line(meta.get("og:image:alt"), DESCRIPTION_CHARACTERS),
        embed_url=player if has_player else "",
        width=_pixels(meta.get("og:video:width")) if has_player else 0,
        height=_pixels(meta.get("og:video:height")) if has_player else 0,
        published_at=_moment(meta.get("article:published_time")),
        oembed_url=_oembed(page, url),
        creator=_line(meta.get("fediverse:creator"), NAME_CHARACTERS),
    )


class _OEmbed(msgspec.Struct, frozen=True):
    """The fields that are read, each whatever it may be."""

    type: object = None
    title: object = None
    author_name: object = None
    author_url: object = None
    provider_name: object = None
    provider_url: object = None
    thumbnail_url: object = None
    url: object = None
    html: object = None
    width: object = None
    height: object = None


def with_oembed(facts: PageFacts, document: bytes) -> PageFacts:
    """The facts, with what an oEmbed document adds to them; a broken document adds nothing."""
    try:
        said = msgspec.json.decode(document, type=_OEmbed)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return facts
    more: dict[str, Any] = {
        "title": _line(said.title, TITLE_CHARACTERS) or facts.title,
        "author_name": _line(said.author_name, NAME_CHARACTERS) or facts.author_name,
        "author_url": _address(said.author_url, facts.url) or facts.author_url,
        "provider_name": _line(said.provider_name, NAME_CHARACTERS) or facts.provider_name,
        "provider_url": _address(said.provider_url, facts.url) or facts.provider_url,
        "image_url": facts.image_url or _address(said.thumbnail_url, facts.url),
    }
    size = {"width": _pixels(said.width), "height": _pixels(said.height)}
    picture = _address(said.url, facts.url)
    if said.type == "photo" and picture:
        more |= {"kind": "photo", "embed_url": picture, **size}
        more["image_url"] = more["image_url"] or picture
    player = _frame(said.html, facts.url) if said.type == "video" else ""
    if player:
        more |= {"kind": "video", "embed_url": player, **size}
    return replace(facts, **more)


def _canonical(page: LexborHTMLParser, meta: dict[str, str], url: str) -> str:
    """What the page calls itself, believed within its own host only."""
    link = page.css_first('link[rel="canonical"][href]')
    said = link.attributes.get("href") if link is not None else meta.get("og:url")
    address = _address(said, url)
    is_same_host = address and urlsplit(address).netloc == urlsplit(url).netloc
    return address if is_same_host else url


def _oembed(page: LexborHTMLParser, url: str) -> str:
    link = page.css_first('link[type="application/json+oembed"][href]')
    return "" if link is None else _address(link.attributes.get("href"), url)


def _frame(html: object, url: str) -> str:
    """The address of the frame that a provider wants to be shown: over TLS only."""
    if not isinstance(html, str):
        return ""
    frame = LexborHTMLParser(html[:20_000]).css_first("iframe[src]")
    address = "" if frame is None else _address(frame.attributes.get("src"), url)
    return address if address.startswith("https://") else ""


def _line(text: object, most: int) -> str:
    if not isinstance(text, str):
        return ""
    return _SPACE.sub(" ", storable(text[: 4 * most])).strip()[:most]


def _person(text: str | None) -> str:
    """`article:author` may be a name or an address."""
    return "" if text is None or "://" in text else text


def _address(text: object, url: str) -> str:
    if not isinstance(text, str) or not text.strip():
        return ""
    try:
        joined = urljoin(url, text.strip()[:_URL_CHARACTERS])
    except ValueError:
        return ""
    return safe_url(joined) or ""


def _pixels(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    return value if isinstance(value, int) and 0 < value <= _MOST_PIXELS else 0


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat((text or "")[:40])
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
