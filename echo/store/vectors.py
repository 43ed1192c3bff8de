"""Words as PostgreSQL keeps and compares them: `tsvector` and `tsquery`, without any of its dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from echo.ports import Mark, Term, Word

# What PostgreSQL can count: later words count as standing there.
_PLACE_MAX = 16_383


def vector(words: Iterable[Word], marks: Iterable[str] = ()) -> str:
    """Words with their places, and marks without, as the text of a tsvector."""
    places: dict[str, list[int]] = {}
    for word in words:
        places.setdefault(word.text, []).append(min(word.place, _PLACE_MAX))
    parts = [f"{_quoted(text)}:{','.join(map(str, found))}" for text, found in places.items()]
    return " ".join([*parts, *(_quoted(mark) for mark in marks if mark not in places)])


def query(terms: Sequence[Term], marks: Sequence[Mark]) -> str:
    """What must stand in a vector, and what must not, as the text of a tsquery; empty for anything at all."""
    parts = [(_phrase(term.words), term.is_negated) for term in terms]
    parts += [(_quoted(mark.name), mark.is_negated) for mark in marks]
    return " & ".join(f"!{text}" if is_negated else text for text, is_negated in parts)


def _phrase(words: Sequence[Word]) -> str:
    text = ""
    for before, word in zip((None, *words), words, strict=False):
        if before is not None:
            text += f" <{word.place - before.place}> "
        text += _quoted(word.text) + (":*" if word.begins else "")
    return f"({text})"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
