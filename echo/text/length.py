"""How long a post is, counted as Mastodon counts, so that apps show the right remainder."""

from __future__ import annotations

import regex

from echo.text.links import Link
from echo.text.markup import scan
from echo.text.mentions import Mention
from echo.text.plain import tidy

URL_CHARACTERS = 23
# What is longer than people ever type is counted as it is, so that nothing endless counts as little.
URL_LONGEST = 2048
CLUSTER_LONGEST = 32
_GRAPHEME = regex.compile(r"\X")


def count(text: str, spoiler: str = "", *, allow_ports: bool = False) -> int:
    """The length of a post in characters as people see them (graphemes), content warning included.

    Shapes:  each link counts 23, up to 2,048 characters; `@user@domain` counts as `@user`
    """
    tidied = tidy(text)
    total = graphemes(tidy(spoiler))
    position = 0
    for span in scan(tidied, allow_ports=allow_ports):
        if isinstance(span, Link):
            length = span.end - span.start
            counted = URL_CHARACTERS if length <= URL_LONGEST else length
        elif isinstance(span, Mention):
            counted = len(span.typed_name) + 1
        else:
            continue
        total += graphemes(tidied[position : span.start]) + counted
        position = span.end
    return total + graphemes(tidied[position:])


def graphemes(text: str) -> int:
    """The number of characters as people see them: a flag, a family or a letter with its marks is one.

    Source:  no emoji has more than a dozen code points; a letter under a thousand marks counts for many
    """
    if text.isascii() and "\r" not in text:
        return len(text)
    return sum(-(-len(found[0]) // CLUSTER_LONGEST) for found in _GRAPHEME.finditer(text))
