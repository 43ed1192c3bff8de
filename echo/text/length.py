"""How long a post is, counted as Mastodon counts, so that apps show the right remainder."""

from __future__ import annotations

import regex

from echo.text.links import Link
from echo.text.markup import scan
from echo.text.mentions import Mention
from echo.text.plain import tidy

URL_CHARACTERS = 23
_GRAPHEME = regex.compile(r"\X")


def count(text: str, spoiler: str = "", *, allow_ports: bool = False) -> int:
    """The length of a post in characters as people see them (graphemes), content warning included.

    Shapes:  each link counts 23 whatever its length; `@user@domain` counts as `@user`
    """
    tidied = tidy(text)
    total = graphemes(tidy(spoiler))
    position = 0
    for span in scan(tidied, allow_ports=allow_ports):
        if isinstance(span, Link):
            counted = URL_CHARACTERS
        elif isinstance(span, Mention):
            counted = len(span.typed_name) + 1
        else:
            continue
        total += graphemes(tidied[position : span.start]) + counted
        position = span.end
    return total + graphemes(tidied[position:])


def graphemes(text: str) -> int:
    """The number of characters as people see them: a flag, a family or a letter with its marks is one."""
    if text.isascii() and "\r" not in text:
        return len(text)
    return sum(1 for _ in _GRAPHEME.finditer(text))
