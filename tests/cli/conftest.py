"""Commands run as if they had been typed: parsed by cyclopts, over the runtime of the test."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from echo.cli import accounts, apps, emojis, federation, held, invites, policies, queues, roles, seed, strikes
from echo.cli.main import app
from echo.runtime import Runtime

Echoctl = Callable[..., Awaitable[Any]]


@pytest.fixture
def echoctl(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Echoctl:
    """Runs a command by its words and returns what it answers with --json; each is asked for text as well."""

    @asynccontextmanager
    async def opened(_: object) -> AsyncIterator[Runtime]:
        yield runtime

    for module in (accounts, apps, emojis, federation, held, invites, policies, queues, roles, seed, strikes):
        monkeypatch.setattr(module, "opened", opened)

    async def run(*words: str, reads: bool = False) -> Any:
        """Shapes:  reads: it changes nothing, and is asked in words for people, too"""
        if reads:
            assert await _answer(words), "nothing for people"
        return json.loads(await _answer((*words, "--json")))

    async def _answer(words: tuple[str, ...]) -> str:
        command, bound, _ = app.parse_args(list(words), print_error=False, exit_on_error=False)
        capsys.readouterr()
        await command(*bound.args, **bound.kwargs)
        return capsys.readouterr().out.strip()

    return run
