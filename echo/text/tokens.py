"""HTML cut into tags and text, in linear time whatever comes in; no tree is built and nothing is judged.

The borders of tags, attributes and comments are those of the HTML standard's tokeniser, so that text in
an attribute is never taken for a tag. Character references are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

_TAG_OPEN = re.compile(r"<(?=[A-Za-z/!?])")
_NAME = re.compile(r"[A-Za-z][^\s/>\x00]*+", re.ASCII)
_ATTRIBUTE = re.compile(
    r"""[\s/]*+(?P<name>[^\s/>=][^\s/>=]*+|=[^\s/>=]*+)"""
    r"""(?:\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>[^\s>"'][^\s>]*+|(?=>))))?+""",
    re.ASCII,
)
_TAG_END = re.compile(r"[\s/]*+>", re.ASCII)
_COMMENT_END = re.compile(r"--!?>")

# Elements whose content is no HTML (script, style, ...) or must not be shown (title): skipped whole.
_OPAQUE = frozenset(
    ("script", "style", "xmp", "iframe", "noembed", "noframes", "textarea", "title", "noscript", "plaintext")
)
_OPAQUE_END = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _OPAQUE}


@dataclass(frozen=True, slots=True)
class Text:
    """Characters between tags, character references not resolved."""

    raw: str


@dataclass(frozen=True, slots=True)
class Open:
    """A start tag: lower-case name, attributes by lower-case name, the first of two alike, values raw."""

    name: str
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Close:
    """An end tag with its lower-case name."""

    name: str


Token: TypeAlias = Text | Open | Close


def tokens(html: str) -> Iterator[Token]:
    """The text, start tags and end tags of an HTML text; comments, declarations and scripts are left out."""
    position = 0
    while position < len(html):
        start = _TAG_OPEN.search(html, position)
        text_end = start.start() if start else len(html)
        if text_end > position:
            yield Text(html[position:text_end])
        if start is None:
            return
        token, position = _markup(html, start.end())
        if token is not None:
            yield token


def _markup(html: str, position: int) -> tuple[Token | None, int]:
    """What begins behind a `<`: the token, if it is one, and where the next thing begins."""
    if html[position] in "!?":
        return None, _after_comment(html, position)
    closes = html[position] == "/"
    name = _NAME.match(html, position + closes)
    if name is None:
        return None, _after(html, ">", position)
    attributes, end = _attributes(html, name.end())
    lowered = name.group().lower()
    if closes:
        return Close(lowered), end
    if lowered in _OPAQUE:
        return None, _after_opaque(html, lowered, end)
    return Open(lowered, attributes), end


def _attributes(html: str, position: int) -> tuple[dict[str, str], int]:
    """The attributes of a tag and the place behind its `>`; a tag that never ends takes the rest with it."""
    attributes: dict[str, str] = {}
    while True:
        end = _TAG_END.match(html, position)
        if end is not None:
            return attributes, end.end()
        match = _ATTRIBUTE.match(html, position)
        if match is None or match.end() >= len(html):
            return attributes, len(html)
        double, single, bare = match.group("double", "single", "bare")
        value = double if double is not None else single if single is not None else bare or ""
        attributes.setdefault(match.group("name").lower(), value)
        position = match.end()


def _after(html: str, mark: str, position: int) -> int:
    found = html.find(mark, position)
    return len(html) if found < 0 else found + len(mark)


def _after_comment(html: str, position: int) -> int:
    if not html.startswith("!--", position):
        return _after(html, ">", position)
    if html.startswith((">", "->"), position + 3):
        return _after(html, ">", position + 3)
    end = _COMMENT_END.search(html, position + 3)
    return end.end() if end else len(html)


def _after_opaque(html: str, name: str, position: int) -> int:
    end = _OPAQUE_END[name].search(html, position) if name != "plaintext" else None
    return _after(html, ">", end.end()) if end else len(html)
