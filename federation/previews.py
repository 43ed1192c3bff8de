"""Looks at the pages that posts link to: facts, never their HTML, through the one guarded client."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from activitypub import iri
from activitypub.errors import Malformed
from echo.http import media_types
from echo.text.page import PageFacts, read_page, with_oembed
from federation.errors import FederationError, Resting, Unreachable, Unwelcome
from federation.network import network

HTML = ("text/html", "application/xhtml+xml")
PAGE_BYTES = 1_048_576
OEMBED_BYTES = 65_536
IMAGE_BYTES = 4_194_304


@dataclass(frozen=True, slots=True)
class Preview:
    """A page with its picture, as it came: `image` empty where there is none."""

    facts: PageFacts
    image: bytes = b""


async def look(url: str) -> Preview | None:
    """What the page at an address says of itself; None when there is nothing to show.

    Raises:  Unreachable, Resting when it is worth another try
    """
    try:
        answer = await network().client.get(url, accept="text/html", limit_bytes=PAGE_BYTES, cut=True)
    except (Unreachable, Resting):
        raise
    except Unwelcome as error:
        if (error.answer_status or 0) >= 500:
            raise Unreachable(str(error)) from error
        return None
    except FederationError:
        return None
    if media_types.parse(answer.headers.get("content-type", "")).name not in HTML:
        return None
    facts = read_page(answer.body, answer.url)
    if facts is None:
        return None
    if facts.oembed_url and _site(facts.oembed_url) and _site(facts.oembed_url) == _site(answer.url):
        facts = with_oembed(facts, await _read(facts.oembed_url, "application/json", OEMBED_BYTES))
    image = await _read(facts.image_url, "image/*", IMAGE_BYTES) if facts.image_url else b""
    return Preview(facts, image)


async def _read(url: str, accept: str, limit_bytes: int) -> bytes:
    """More about the page; it is shown without what cannot be had."""
    try:
        return (await network().client.get(url, accept=accept, limit_bytes=limit_bytes)).body
    except FederationError:
        return b""


def _site(url: str) -> str:
    """The last two labels of the host: what a page says about itself it may say on a host beside it."""
    try:
        host = urlsplit(iri.parse(url, allow_http=True).text).hostname or ""
    except Malformed:
        return ""
    return host if host.replace(".", "").isdigit() else ".".join(host.split(".")[-2:])
