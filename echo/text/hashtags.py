"""Hashtags: where they stand in plain text, and the one name under which each is kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import regex

# Letters, marks and digits of every script. The middle dots (Catalan, Japanese) and the zero-width
# non-joiner (Persian) separate parts of one word, so they may stand inside a tag but not end it.
_WORD = r"\p{L}\p{M}\p{N}_"
_INNER = r"\u00b7\u30fb\u200c"
_NAME = rf"(?=[\p{{M}}\p{{N}}_{_INNER}]*+\p{{L}})[\p{{L}}\p{{N}}_][{_WORD}]*+(?:[{_INNER}]++[{_WORD}]++)*+"
_HASHTAG = regex.compile(rf"(?<![=/)\p{{L}}\p{{N}}_])[#\uff03](?P<name>{_NAME})")
_WHOLE_NAME = regex.compile(_NAME)
_NAME_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class Hashtag:
    """A hashtag in a text, from `start` (its `#`) to before `end`."""

    start: int
    end: int
    name: str  # normalised
    typed_name: str


def find_hashtags(text: str, start: int = 0, end: int | None = None) -> list[Hashtag]:
    """Every hashtag between two places of a text; what precedes `start` still counts as before it."""
    found = []
    for match in _HASHTAG.finditer(text, start, len(text) if end is None else end):
        typed = match.group("name")
        if len(typed) <= _NAME_CHARACTERS:
            found.append(Hashtag(match.start(), match.end(), _fold(typed), typed))
    return found


def normalise(name: str) -> str | None:
    """The name a hashtag is kept and compared under, with or without `#` before it; None if it is no hashtag.

    Source:  federation.md 3.3: NFKC and case fold, as tags are matched by name between servers
    """
    bare = spelling(name)
    if len(bare) > _NAME_CHARACTERS or _WHOLE_NAME.fullmatch(bare) is None:
        return None
    return _fold(bare)


def normalised(names: Iterable[str]) -> tuple[str, ...]:
    """The same for many; what is no hashtag is left out."""
    return tuple(folded for name in names if (folded := normalise(name)) is not None)


def spelling(name: str) -> str:
    """A name as it is written, without `#` before it."""
    return name.strip().lstrip("#\uff03")


def _fold(name: str) -> str:
    # Case folding can undo the normal form, so it is made again.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
