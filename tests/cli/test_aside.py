"""What is done in a process of its own: its result and its failures come back, its memory does not."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import NoReturn

import asyncpg
import pytest

from echo import db
from echo.cli.aside import aside
from echo.config import Config
from echo.embedded import EngineFailed
from echo.errors import Conflict, EchoError
from echo.models import Post

_done_here: list[int] = []


def test_a_result_comes_back_and_nothing_else_does() -> None:
    def work() -> dict[str, int]:
        _done_here.append(os.getpid())
        return {"pid": os.getpid(), "done": len(_done_here)}

    told = aside(work)
    assert told["done"] == 1
    assert told["pid"] != os.getpid()
    assert _done_here == []
    assert aside(lambda: None) is None


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (EngineFailed("no room on the disk"), "no room on the disk"),
        (Conflict("taken", detail="by Alice"), "taken (by Alice)"),
        (asyncpg.UndefinedTableError("no such table"), "UndefinedTableError: no such table"),
        (ValueError("a mistake of ours"), "ValueError: a mistake of ours"),
    ],
)
def test_a_failure_is_told_in_the_same_words(error: Exception, said: str) -> None:
    def work() -> NoReturn:
        raise error

    with pytest.raises(EchoError) as told:
        aside(work)
    assert str(told.value) == said


def test_an_end_in_the_middle_is_told() -> None:
    with pytest.raises(EchoError, match="was killed by SIGKILL"):
        aside(lambda: os.kill(os.getpid(), signal.SIGKILL))


def test_models_are_built_once_for_all_databases(migrated: Config) -> None:
    async def open_one() -> None:
        database = db.Database()
        await database.open(migrated.database.url, pool_size=1, statement_timeout_seconds=15)
        await Post.all().count()
        await database.close()

    asyncio.run(open_one())
    built = Post._meta.basequery
    asyncio.run(open_one())
    assert Post._meta.basequery is built
