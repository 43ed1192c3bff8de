"""Every command of `echoctl`, and how each is called: for rules that hold for all of them."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from cyclopts import App

from echo.cli.main import app


@dataclass(frozen=True, slots=True)
class Command:
    """Shapes:  words: as typed; options: its parameters, without those of every command"""

    words: tuple[str, ...]
    options: tuple[inspect.Parameter, ...]

    def typed(self, name: str = "", value: str = "") -> list[str]:
        """The words of a call that is right, but that one option has another value."""
        called = list(self.words)
        for option in self.options:
            given = value if option.name == name else _right(option.annotation)
            if option.kind is option.KEYWORD_ONLY:
                if option.name == name or option.default is option.empty:
                    called.append(f"--{option.name.replace('_', '-')}={given}")
            else:
                called.append(given)
        return called


def every(of: App = app, words: tuple[str, ...] = ()) -> Iterator[Command]:
    """All of them, by what their functions take."""
    names = [name for name in of if not name.startswith("-")]
    if words and not names and of.default_command is not None:
        signature = inspect.signature(of.default_command, eval_str=True)
        yield Command(words, tuple(one for one in signature.parameters.values() if one.name != "common"))
    for name in names:
        yield from every(of[name], (*words, name))


def taking(wanted: Callable[[type], bool]) -> list[tuple[Command, str]]:
    """Every option whose values are of such a type, with its command."""
    return [
        (command, option.name)
        for command in every()
        for option in command.options
        if any(wanted(kind) for kind in kinds_of(option.annotation))
    ]


def kinds_of(annotation: Any) -> set[type]:
    """The plain types that an annotation is made of."""
    if get_origin(annotation) in (Union, types.UnionType, list, tuple):
        return {kind for part in get_args(annotation) for kind in kinds_of(part)}
    if get_origin(annotation) is Literal:
        return {type(part) for part in get_args(annotation)}
    if hasattr(annotation, "__metadata__"):
        return kinds_of(annotation.__origin__)
    return {annotation} if isinstance(annotation, type) else set()


def _right(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return str(get_args(annotation)[0])
    kinds = kinds_of(annotation) - {type(None)}
    if kinds & {int, float}:
        return "1"
    if datetime in kinds:
        return "2026-05-01T18:00"
    if Path in kinds:
        return "here"
    choices = [kind for kind in kinds if issubclass(kind, Enum)]
    return str(next(iter(choices[0])).value) if choices else "words"
