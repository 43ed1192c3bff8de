"""What nothing here can keep: text that is none, and the character that no column holds."""

from __future__ import annotations

from collections.abc import Iterable

from echo.errors import EchoError


def not_text(words: Iterable[str]) -> str:
    """What is wrong with the arguments of a command; empty when nothing is."""
    for place, word in enumerate(words, start=1):
        if not word.isascii() and not _is_unicode(word):
            return f"Argument {place} is no text in UTF-8"
        if "\0" in word:
            return f"Argument {place} has a character in it that ends texts (NUL)"
    return ""


def require_storable(found: object, where: object) -> None:
    """Look through what a file holds: tables, lists, texts.

    Raises:  EchoError, which names the file
    """
    match found:
        case str() if "\0" in found or not _is_unicode(found):
            raise EchoError(f"{where}: a text in it has a character that cannot be kept: {found[:40]!r}")
        case dict():
            for value in found.values():
                require_storable(value, where)
        case list():
            for value in found:
                require_storable(value, where)
        case _:
            pass


def _is_unicode(text: str) -> bool:
    # What was not UTF-8 on the command line comes as halves of pairs that are never alone in a text.
    return not any("\ud800" <= character <= "\udfff" for character in text)
