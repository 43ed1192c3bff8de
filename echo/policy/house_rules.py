"""Which number a house rule has: its own, also after it was moved or reworded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# How much of a rule must be left for it to be the same rule, reworded.
LIKE = 0.6


@dataclass(frozen=True, slots=True)
class Known:
    """A rule that has its number. Shapes:  is_gone: it was no more among the rules lately"""

    id: int
    text: str
    is_gone: bool = False


def numbers(known: Sequence[Known], texts: Sequence[str]) -> list[int]:
    """The number of each text: that of the rule that says the same, else of the one that it rewords (the
    likest first), else the next that nobody had.
    """
    found: dict[int, int] = {}
    # A rule that is there goes before one that is gone and comes back.
    free = sorted(known, key=lambda one: (one.is_gone, one.id))
    for place, text in enumerate(texts):
        same = next((one for one in free if one.text == text), None)
        if same is not None:
            found[place] = same.id
            free.remove(same)
    likes = sorted(
        (-SequenceMatcher(None, one.text, text, autojunk=False).ratio(), place, one.id)
        for place, text in enumerate(texts)
        if place not in found
        for one in free
        if not one.is_gone
    )
    for unlike, place, number in likes:
        if -unlike >= LIKE and place not in found and number not in found.values():
            found[place] = number
    last = max((one.id for one in known), default=0)
    for place in range(len(texts)):
        if place not in found:
            last += 1
            found[place] = last
    return [found[place] for place in range(len(texts))]
