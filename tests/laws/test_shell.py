"""What `echoctl` changes is written down as what pages and the API change."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from cyclopts import App

from echo.actions import machine, server_actor
from echo.backup import restoring
from echo.cli.main import app

# Commands that call actions which ask for no `Staff`, and why nothing of that is a privileged act.
UNWRITTEN = {
    "chats rebuild": "makes rows anew that follow from the log of a chat; changes nothing that people see",
    "search rebuild": "makes the index anew from the posts; changes nothing that people see",
    "migrate": "a release does it, and the migrations themselves are rows",
    "upgrade": "the same",
    "up": "serves; makes the account of the server at the first start",
}
# They do their work in other rooms, or for many at once, and note it: `echo.actions.machine.note`.
NOTED = {"backup", "restore", "reset", "seed", "storage prune", "storage compact"}


def commands(of: App = app, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Callable[..., Any]]]:
    if path and of.default_command is not None:
        yield " ".join(path), of.default_command
    for name in of:
        if not name.startswith("-"):
            yield from commands(of[name], (*path, name))


def test_every_command_that_changes_something_says_who_does_it() -> None:
    found = dict(commands())
    writing = {name for name, command in found.items() if _actions(command)}
    assert len(found) > 100
    assert len(writing) > 60, "commands call actions"
    assert set(UNWRITTEN) <= set(found)
    for name in sorted(writing - set(UNWRITTEN) - NOTED):
        for action in _actions(found[name]):
            if action is server_actor.ensure:
                continue  # of every start: there once, it changes nothing
            assert _takes_staff(action), f"echoctl {name}: {action.__qualname__} is not told who does it"


def test_what_is_done_elsewhere_is_noted() -> None:
    found = dict(commands())
    for name in NOTED:
        # A restored server is noted where it is made: in the new log.
        place = restoring.restore if name == "restore" else found[name]
        assert machine.note in _called(place), f"echoctl {name} does not note what it did"


def _actions(command: Callable[..., Any]) -> list[Callable[..., Any]]:
    return [
        one
        for one in _called(command)
        if one.__module__.startswith("echo.actions.") and inspect.iscoroutinefunction(one)
    ]


def _takes_staff(action: Callable[..., Any]) -> bool:
    return any(one.annotation == "Staff" for one in inspect.signature(action).parameters.values())


def _called(command: Callable[..., Any], depth: int = 4) -> list[Callable[..., Any]]:
    """Functions that a command names, itself or in functions of its own room."""
    module = inspect.getmodule(command)
    assert module is not None
    found: list[Callable[..., Any]] = []
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(command)))):
        named = _named(node, module)
        if not inspect.isfunction(named) or named is command or named in found:
            continue
        found.append(named)
        if depth and inspect.getmodule(named) is module:
            found += _called(named, depth - 1)
    return found


def _named(node: ast.AST, module: ModuleType) -> object:
    """What a name, or a name of a module and one in it, stands for."""
    if isinstance(node, ast.Name):
        return getattr(module, node.id, None)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return getattr(getattr(module, node.value.id, None), node.attr, None)
    return None
