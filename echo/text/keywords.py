"""Finding the keywords of filters in texts. Keywords are data, never patterns, and time is bounded.

The rules are Mastodon's: upper and lower case are the same. A keyword that is a whole word has no letter,
digit or mark before it if it begins with one, and none after it if it ends with one; at other ends it may
touch whatever it likes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Of longer texts only the beginning is looked at.
TEXT_CHARACTERS = 10_000
# So many places where keywords stand, but not as whole words, are looked at in one text.
TRIES = 2_000
_WORD_CATEGORIES = frozenset(("Nd", "Pc"))


@dataclass(frozen=True, slots=True)
class Needle:
    """A keyword, made ready: in folded case, and at which of its ends a word must end."""

    folded: str
    opens_word: bool
    closes_word: bool


def needle(keyword: str, *, whole_word: bool) -> Needle:
    """A keyword, made ready to be looked for."""
    return Needle(
        keyword.casefold(),
        whole_word and keyword != "" and is_word(keyword[0]),
        whole_word and keyword != "" and is_word(keyword[-1]),
    )


class Haystack:
    """A text, made ready to be looked through."""

    __slots__ = ("_origins", "folded", "text")

    def __init__(self, text: str) -> None:
        self.text = text[:TEXT_CHARACTERS]
        self.folded = self.text.casefold()
        # Folding makes some characters longer (`ß` is `ss`): then it is kept which came from which.
        self._origins = None if len(self.folded) == len(self.text) else _origins(self.text)

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """What a part of the folded text is in the text itself; None where it cuts a character in two."""
        origins = self._origins
        if origins is None:
            return start, end
        if (start and origins[start - 1] == origins[start]) or origins[end - 1] == origins[end]:
            return None
        return origins[start], origins[end]


def is_word(character: str) -> bool:
    """Whether a character is part of words: letters, marks, decimal digits, and what connects them."""
    if character.isascii():
        return character.isalnum() or character == "_"
    category = unicodedata.category(character)
    return category[0] in "LM" or category in _WORD_CATEGORIES


def first_match(haystack: Haystack, needles: Iterable[Needle]) -> str | None:
    """What stands in the text where the first of these keywords does, as it is written there."""
    found: tuple[int, int] | None = None
    tries = TRIES
    for wanted in needles:
        span, tries = _find(haystack, wanted, tries)
        if span is not None and (found is None or span[0] < found[0]):
            found = span
    return None if found is None else haystack.text[found[0] : found[1]]


def searchable(parts: Sequence[str | None]) -> str:
    """The parts of a post as the one text that keywords are looked for in."""
    return "\n\n".join(part for part in parts if part)


def _find(haystack: Haystack, wanted: Needle, tries: int) -> tuple[tuple[int, int] | None, int]:
    """The first place of a keyword, and how many more tries there are."""
    length = len(wanted.folded)
    at = haystack.folded.find(wanted.folded) if length else -1
    while at >= 0:
        span = haystack.span(at, at + length)
        if span is not None and _stands_alone(haystack.text, span, wanted):
            return span, tries
        tries -= 1
        at = haystack.folded.find(wanted.folded, at + 1) if tries > 0 else -1
    return None, tries


def _stands_alone(text: str, span: tuple[int, int], wanted: Needle) -> bool:
    start, end = span
    if wanted.opens_word and start > 0 and is_word(text[start - 1]):
        return False
    return not (wanted.closes_word and end < len(text) and is_word(text[end]))


def _origins(text: str) -> list[int]:
    """For every character of the folded text the place of the one that it came from; then the end."""
    origins = [place for place, character in enumerate(text) for _ in character.casefold()]
    return [*origins, len(text)]
