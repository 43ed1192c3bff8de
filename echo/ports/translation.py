"""Machine translation."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from echo.errors import Unavailable

# The source language of a text that does not say which it is in.
ANY_LANGUAGE = "und"


@dataclass(frozen=True, slots=True)
class Translated:
    """Shapes:  source: the language that the texts were in, as told or as detected"""

    texts: tuple[str, ...]
    source: str


class Translator(Protocol):
    """Translates pieces of HTML. `name` is the provider, for people."""

    @property
    def name(self) -> str: ...

    @property
    def is_configured(self) -> bool: ...

    async def languages(self) -> dict[str, tuple[str, ...]]:
        """Target languages by source language, ANY_LANGUAGE among them. Raises Unavailable."""
        ...

    async def translate(self, texts: Sequence[str], *, source: str, target: str) -> Translated:
        """The texts in their order. Raises Unavailable: away, busy, or its quota is spent."""
        ...


class NullTranslator:
    """Knows no language: for a server without a translation service."""

    name = ""
    is_configured = False

    async def languages(self) -> dict[str, tuple[str, ...]]:
        return {}

    async def translate(self, texts: Sequence[str], *, source: str, target: str) -> Translated:
        raise Unavailable("No translation service is configured")


_translator: ContextVar[Translator] = ContextVar("echo_translator")
_NO_TRANSLATOR = NullTranslator()


def bind_translator(translator: Translator) -> None:
    """Make this the translator of the current task and of the tasks it starts."""
    _translator.set(translator)


def translator() -> Translator:
    """The translator of the current task."""
    return _translator.get(_NO_TRANSLATOR)
