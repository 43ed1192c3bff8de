"""A command that is given an id that nothing has says which thing, and which id."""

from __future__ import annotations

import inspect
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, get_type_hints

import pytest
from cyclopts import App

from echo.cli import main
from echo.errors import Invalid, NotFound
from echo.runtime import Runtime

UNKNOWN = 987654321
# Counted instead: these take many ids, and do what they can.
COUNTED = {"held accept", "held reject", "queues requeue", "queues drop"}


def _commands(app: App, so_far: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in app:
        if not name.startswith("-"):
            inner = app[name]
            if inner.default_command is not None and inner.default_command is not app.default_command:
                yield (*so_far, name), inner.default_command
            yield from _commands(inner, (*so_far, name))


def _given(command: Any) -> list[str] | None:
    """Words for what the command must be given, an unknown id among them; None where it takes no id."""
    hints, words, takes_id = get_type_hints(command), [], False
    for name, parameter in inspect.signature(command).parameters.items():
        if name.endswith(("_id", "_ids")) and hints[name] in (int, int | None):
            takes_id = True
            words.append(str(UNKNOWN))
        elif parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            words.append("something")
    return words if takes_id else None


async def test_every_command_that_takes_an_id_says_which_is_not_there(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def opened(_: object) -> AsyncIterator[Runtime]:
        yield runtime

    said: dict[str, str] = {}
    for path, command in list(_commands(main.app)):
        words = _given(command)
        if words is None or " ".join(path) in COUNTED:
            continue
        monkeypatch.setattr(sys.modules[command.__module__], "opened", opened)
        typed = [*path, *words]
        monkeypatch.setattr(sys, "argv", ["echoctl", *typed])
        run, bound, _ = main.app.parse_args(typed, print_error=False, exit_on_error=False)
        try:
            await run(*bound.args, **bound.kwargs)
        except (NotFound, Invalid) as error:
            said[" ".join(path)] = main._explain(error)
        else:
            said[" ".join(path)] = "nothing"
    assert {path: text for path, text in said.items() if not text.endswith(str(UNKNOWN))} == {}
    assert len(said) > 20
