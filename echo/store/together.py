"""One statement for many who ask at the same time, where each would have its own.

Beginning a statement costs more than most of its rows do: a batch of jobs that asks the same question for
each of its posts asks once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from echo import db
from echo.db import Database
from echo.errors import Unavailable

Key = TypeVar("Key")
Answer = TypeVar("Answer")


@dataclass(slots=True, eq=False)
class _Round(Generic[Key, Answer]):
    """Those who are served together."""

    loop: asyncio.AbstractEventLoop
    keys: list[Key] = field(default_factory=list)
    task: asyncio.Task[Mapping[Key, Answer]] | None = None


class Together(Generic[Key, Answer]):
    """Asks `serve` for all keys of a moment at once. Who comes while it is at work goes with the next round.

    Whoever asks in a unit of work is served alone, in it. When a round fails, each of it is tried by itself:
    one that cannot be served spoils nothing for the others.

    Shapes:  serve: keys, each once -> answers by key; those it has nothing for may be left out
    """

    def __init__(self, serve: Callable[[list[Key]], Awaitable[Mapping[Key, Answer]]]) -> None:
        self._serve = serve
        self._gathering: WeakKeyDictionary[Database, _Round[Key, Answer]] = WeakKeyDictionary()
        self._working: WeakKeyDictionary[Database, _Round[Key, Answer]] = WeakKeyDictionary()

    async def ask(self, key: Key) -> Answer | None:
        """The answer for a key, None when there is none. Raises what `serve` raises."""
        database = db.outside_of_units()
        if database is None:
            return (await self._serve([key])).get(key)
        joined = self._round(database)
        joined.keys.append(key)
        assert joined.task is not None
        try:
            # Who is cancelled leaves the others their answers.
            return (await asyncio.shield(joined.task)).get(key)
        except Unavailable:
            raise
        except Exception:
            if len(joined.keys) == 1:
                raise
            return (await self._serve([key])).get(key)

    def _round(self, database: Database) -> _Round[Key, Answer]:
        """The round that can still be joined."""
        loop = asyncio.get_running_loop()
        gathering = self._gathering.get(database)
        if gathering is None or gathering.loop is not loop or (gathering.task and gathering.task.done()):
            gathering = _Round(loop)
            self._gathering[database] = gathering
            gathering.task = loop.create_task(self._work(database, gathering))
        return gathering

    async def _work(self, database: Database, gathering: _Round[Key, Answer]) -> Mapping[Key, Answer]:
        before = self._working.get(database)
        if before is not None and before.loop is gathering.loop and before.task is not None:
            await asyncio.wait({before.task})
        # Whoever is ready to ask in this moment comes along; without anybody nothing waits.
        await asyncio.sleep(0)
        del self._gathering[database]
        self._working[database] = gathering
        return await self._serve(list(dict.fromkeys(gathering.keys)))
