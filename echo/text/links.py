"""Where the links are in plain text: `http://` and `https://` only, bare domains stay text."""

from __future__ import annotations

from dataclasses import dataclass

import regex
from linkify_it import LinkifyIt

# linkify-it wants punctuation or space before a link; Chinese and Japanese do not put any there, so
# the start is found here and linkify-it is asked only how far the link reaches.
_START = regex.compile(r"(?<![A-Za-z0-9_@#$/.=+-])https?:(?=//)", regex.IGNORECASE)
# Full-width punctuation ends a sentence, not an address; invisible direction marks would let a link
# show another address than the one it opens.
_CANDIDATE = regex.compile(
    "[^\\s<>\u3000-\u3003\u3008-\u3011\u3014-\u301b\uff01\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff5b\uff5d"
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff0-\uffff]*+"
)
_PREFIX = regex.compile(r"https?://(?:www\.)?", regex.IGNORECASE)
_HOST = regex.compile(r"[^/?#]*")
# Without one letter or figure there is no host; emphasis may be closed by all the rest.
_NAME = regex.compile(r"[^\W_]")
_SHOWN_CHARACTERS = 30
_URL_CHARACTERS = 2048

_linkify = LinkifyIt({}, {"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a text, from `start` to before `end`."""

    start: int
    end: int
    url: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The three parts a link is shown in: hidden scheme, visible middle, hidden rest."""

    prefix: str
    middle: str
    rest: str


def find_links(text: str) -> list[Link]:
    """Every link of a text, in order, none overlapping another."""
    found: list[Link] = []
    position = 0
    while start := _START.search(text, position):
        position = start.end()
        link = _link_at(text, start.start(), start.end())
        if link is not None:
            found.append(link)
            position = link.end
    return found


def _link_at(text: str, start: int, after_scheme: int) -> Link | None:
    scheme = text[start:after_scheme].lower()
    candidate = _CANDIDATE.match(text, after_scheme, after_scheme + _URL_CHARACTERS)
    length = _linkify.test_schema_at(candidate.group(), scheme, 0) if candidate else 0
    if not length or length >= _URL_CHARACTERS:
        return None
    url = text[start : after_scheme + length]
    host = _HOST.match(url, len(scheme) + 2)
    # An address that names a user shows one host and opens another: such text is not made a link.
    if host is None or "@" in host.group() or not _NAME.search(host.group()):
        return None
    return Link(start, start + len(url), url)


def shown(url: str) -> Shown:
    """How a link is shown: without scheme and `www.`, 30 characters, but the host is never cut.

    Source:  Mastodon's link shape; the host stays whole because a cut host can pose as another
    """
    prefix_match = _PREFIX.match(url)
    prefix = prefix_match.group() if prefix_match else ""
    host = _HOST.match(url, len(prefix))
    shown_characters = max(_SHOWN_CHARACTERS, len(host.group()) if host else 0)
    end = len(prefix) + shown_characters
    return Shown(prefix, url[len(prefix) : end], url[end:])
