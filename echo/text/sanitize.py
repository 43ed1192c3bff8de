"""HTML and addresses that came from elsewhere, made safe to store and to show."""

from __future__ import annotations

import html as entities
import re
from urllib.parse import urlsplit

import nh3

from echo.text.canonical import CELLS, CONTAINERS, HEADINGS, INLINE, LINES, SCHEMES, canonical
from echo.text.plain import storable
from echo.text.tokens import Open, Text, tokens

ELEMENTS = INLINE | CONTAINERS | {"p", "br", "pre"}
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"lang"},
    "a": {"href", "rel", "class", "translate", "target"},
    "span": {"class", "translate"},
    "p": {"class"},
    "ol": {"start", "reversed"},
    "li": {"value"},
}

_cleaner = nh3.Cleaner(
    tags=set(ELEMENTS),
    attributes=ATTRIBUTES,
    url_schemes=set(SCHEMES),
    url_relative="deny",
    link_rel=None,  # `canonical` writes rel on every link, with `tag` where it was there
)

_PARAGRAPHS = CONTAINERS - {"li"} | HEADINGS | {"p", "pre"}
_SPACE = re.compile(r"[ \t\n\r\f]+")
_SPACES = re.compile(r" {2,}")
_UNSAFE_IN_URL = re.compile(
    "[\x00-\x20\x7f-\xa0\"'<>\\\\^`{|}\u061c\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff]"
)
_AUTHORITY = re.compile(r"(?:[\w.-]*\w[\w.-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")
_URL_CHARACTERS = 4096
# Who reads HTML leaves out a line end right after `<pre>`: one that is meant is written twice.
_FIRST_LINE_END = re.compile(r'<pre(?: lang="[^"]*")?>\n')
# A link whose address nh3 could not read; read once more, it is none.
_NO_ADDRESS = re.compile(r"<a(?! href=)[ >]")


def clean(html: str) -> str:
    """HTML of another server with only the elements, attributes and classes that Echo shows.

    Shapes:  any text at all, however broken
    Returns: safe, well-formed HTML; nothing of a script or style; in linear time
    Source:  Mastodon's list for remote posts; security-reliability S-E01, S-E02
    """
    cleaned = _cleaned(html)
    return _cleaned(cleaned) if _NO_ADDRESS.search(cleaned) else cleaned


def _cleaned(html: str) -> str:
    # Once more at the end: `&#6;` was no control character before nh3 read it. `&#13;` is shown as a space,
    # and would be a line end for who reads it once more.
    cleaned = storable(_cleaner.clean(canonical(storable(html)))).replace("<br>", "<br />").replace("\r", " ")
    return _FIRST_LINE_END.sub(r"\g<0>\n", cleaned)


def to_text(html: str) -> str:
    """What HTML says, as plain text: for notifications, descriptions and previews. Not escaped.

    Returns: paragraphs with a blank line between them, line breaks as `\\n`, no space around
    """
    pieces: list[str] = []
    gap = 0  # line ends wanted before the next text
    for token in tokens(storable(html)):
        if isinstance(token, Text):
            gap = _append_text(pieces, _unescape(token.raw), gap)
        elif token.name in _PARAGRAPHS:
            gap = 2
        elif token.name == "br":
            gap = min(gap + 1, 2)
        elif token.name in LINES or token.name == "li":
            gap = max(gap, 1)
        elif token.name in CELLS:
            pieces.append(" ")
        elif isinstance(token, Open) and token.name == "img":
            gap = _append_text(pieces, _unescape(token.attributes.get("alt", "")), gap)
    return storable(_SPACES.sub(" ", "".join(pieces)).replace(" \n", "\n")).strip()


def _append_text(pieces: list[str], text: str, gap: int) -> int:
    """Add text with the line ends that are wanted before it; returns those still wanted."""
    text = _SPACE.sub(" ", text)
    if gap and not text.strip():
        return gap
    if gap and pieces:
        pieces.append("\n" * gap)
    pieces.append(text.lstrip(" ") if gap else text)
    return 0


def _unescape(raw: str) -> str:
    try:
        return entities.unescape(raw)
    except ValueError:  # a numeric reference with thousands of digits
        return raw


def safe_url(text: str | None) -> str | None:
    """The address if it may be linked to, embedded or redirected to: absolute, http or https, with a host.

    Returns: the text unchanged, or None for anything else: other schemes, scheme-relative or with spaces,
             control characters, backslashes, or a user name that could pose as a host
    Source:  security-reliability S-E08
    """
    if not text or len(text) > _URL_CHARACTERS or _UNSAFE_IN_URL.search(text):
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or _AUTHORITY.fullmatch(parts.netloc) is None:
        return None
    return text
