"""What a process did not say because it died after its commit: found in the rows, and said then.

Posts, edits and deletions are said by jobs, which are done again. Notifications and chats are said by the
process that made them; here the newest rows are compared with the event logs of those who have one.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from datetime import datetime, timedelta

from echo import bus, cache, clock, ids
from echo.bus import Live
from echo.errors import Unavailable
from echo.store import live

log = logging.getLogger(__name__)
SWEEP_SECONDS = 5.0
# The one who made a row is given a moment to say it; a row may become visible so long after its id was made.
MOMENT, LATEST = timedelta(seconds=3), timedelta(seconds=60)
# So many rows before the newest one are looked at by a worker that starts.
FIRST, FIRST_CHATS = 2000, timedelta(minutes=10)


class Chats:
    """What happened in chats. Their ids are made of the time."""

    def __init__(self) -> None:
        self._done: set[int] = set()
        self._from = clock.now() - FIRST_CHATS

    async def step(self) -> None:
        """The same as `Sweep.step`."""
        now = clock.now()
        first = ids.first_id_at(self._from)
        found = await live.chat_events_after(first, now - MOMENT)
        rows = [row for row in found if row["id"] not in self._done]
        await bus.say_missed(
            [
                (
                    row["account_id"],
                    Live(event="chat", chat=row["chat_id"], seq=row["seq"]),
                    int(row["created_at"].timestamp() * 1000),
                )
                for row in rows
            ]
        )
        self._from = now - LATEST
        oldest = ids.first_id_at(self._from)
        self._done = {id_ for id_ in self._done if id_ >= oldest} | {row["id"] for row in rows}


class Sweep:
    """Notifications. It remembers what it has looked at already."""

    def __init__(self) -> None:
        self._done: set[int] = set()
        # (when, the newest id then), oldest first; ids come in order, their rows may not.
        self._tops: deque[tuple[datetime, int]] = deque()

    async def step(self) -> None:
        """Say what is in the newest rows and in no log. Raises Unavailable, or what Redis raises."""
        now = clock.now()
        top = await live.newest_notification()
        self._tops.append((now, top))
        if len(self._tops) == 1:
            self._tops.appendleft((now - LATEST, max(0, top - FIRST)))
        while len(self._tops) > 1 and self._tops[1][0] <= now - LATEST:
            self._tops.popleft()
        after = self._tops[0][1]
        found = await live.notifications_after(after, now - MOMENT)
        rows = [row for row in found if row["id"] not in self._done]
        await bus.say_missed(
            [
                (
                    row["account_id"],
                    Live(event="notification", notification=row["id"]),
                    int(row["created_at"].timestamp() * 1000),
                )
                for row in rows
            ]
        )
        self._done = {id_ for id_ in self._done if id_ > after} | {row["id"] for row in rows}


async def drain() -> None:
    """Look for ever."""
    sweeps = (Sweep(), Chats())
    while True:
        try:
            for sweep in sweeps:
                await sweep.step()
        except (Unavailable, *cache.OUTAGES) as error:
            log.warning("what was not said is looked for later: %s", error)
        await asyncio.sleep(SWEEP_SECONDS)
