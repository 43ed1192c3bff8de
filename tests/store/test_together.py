"""Many who ask at the same moment: one statement, and nobody has another's answer or failure."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from echo import db
from echo.errors import Unavailable
from echo.runtime import Runtime
from echo.store.together import Together


class Served:
    """Doubles numbers in the database; fails for 13, and when it is told to be away."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.is_away = False
        self.together = Together(self._serve)

    async def _serve(self, keys: Sequence[int]) -> dict[int, int]:
        self.rounds.append(list(keys))
        if self.is_away:
            raise Unavailable
        if 13 in keys:
            raise ValueError("13")
        rows = await db.fetch("SELECT n, 2 * n AS twice FROM unnest($1::bigint[]) AS t(n) WHERE n > 0", keys)
        return {row["n"]: row["twice"] for row in rows}


async def test_those_of_one_moment_are_served_at_once(runtime: Runtime) -> None:
    served = Served()
    asked = (1, 2, 0, 2)
    assert await asyncio.gather(*map(served.together.ask, asked)) == [2, 4, None, 4]
    assert served.rounds == [[1, 2, 0]]
    assert await served.together.ask(5) == 10


async def test_who_comes_meanwhile_goes_with_the_next_round(runtime: Runtime) -> None:
    served = Served()
    first = asyncio.create_task(served.together.ask(1))
    while not served.rounds:
        await asyncio.sleep(0)
    assert await asyncio.gather(first, *map(served.together.ask, (2, 3))) == [2, 4, 6]
    assert served.rounds == [[1], [2, 3]]


async def test_one_that_fails_spoils_nothing_for_the_others(runtime: Runtime) -> None:
    served = Served()
    answers = await asyncio.gather(*map(served.together.ask, (1, 13, 3)), return_exceptions=True)
    assert (answers[0], answers[2]) == (2, 6)
    assert isinstance(answers[1], ValueError)
    assert sorted(served.rounds) == [[1], [1, 13, 3], [3], [13]]


async def test_nobody_asks_again_while_the_database_is_away(runtime: Runtime) -> None:
    served = Served()
    served.is_away = True
    answers = await asyncio.gather(*map(served.together.ask, (1, 2)), return_exceptions=True)
    assert all(isinstance(answer, Unavailable) for answer in answers)
    assert served.rounds == [[1, 2]]


async def test_who_is_cancelled_leaves_the_others_their_answers(runtime: Runtime) -> None:
    served = Served()
    one, other = (asyncio.create_task(served.together.ask(n)) for n in (1, 2))
    while not served.rounds:
        await asyncio.sleep(0)
    one.cancel()
    assert await other == 4
    with pytest.raises(asyncio.CancelledError):
        await one


async def test_whoever_is_in_a_unit_of_work_sees_what_it_has_done(runtime: Runtime) -> None:
    async def names(keys: Sequence[str]) -> dict[str, bool]:
        rows = await db.fetch("SELECT name FROM hashtags WHERE name = ANY($1)", list(keys))
        return {row["name"]: True for row in rows}

    together = Together(names)
    async with db.unit_of_work():
        await db.execute("INSERT INTO hashtags (name, spelling, created_at) VALUES ('new', 'New', now())")
        inside = await together.ask("new")
        beside = await asyncio.create_task(together.ask("new"))
    assert (inside, beside) == (True, True), "a task of the unit belongs to it"
