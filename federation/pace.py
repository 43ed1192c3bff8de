"""How fast is asked: so many documents in a second of all hosts of a registrable domain together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from federation.domains import registrable
from federation.errors import Resting
from federation.memory import Memory

PER_SECOND = 10.0
# So many at once, after a while of nothing.
BURST = 40
# Whoever would wait longer comes again later instead.
PATIENCE_SECONDS = 5.0


class Pace:
    """What a process asked lately, by domain."""

    def __init__(
        self,
        *,
        per_second: float = PER_SECOND,
        burst: int = BURST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gap = 1.0 / per_second
        self._slack = burst * self._gap
        self._clock = clock
        # When the next one would be due, if all came evenly.
        self._due_at: Memory[str, float] = Memory(size=20_000, seconds=600.0, clock=clock)

    async def wait(self, authority: str) -> None:
        """Wait for one's turn. Raises Resting when there are too many before."""
        seconds = self.turn(authority)
        if seconds > 0:
            await asyncio.sleep(seconds)

    def turn(self, authority: str) -> float:
        """Take the next turn; in how many seconds that is. Raises Resting when that is too long."""
        domain, now = registrable(authority), self._clock()
        due = max(self._due_at.get(domain) or now, now)
        seconds = max(0.0, due - self._slack - now)
        if seconds > PATIENCE_SECONDS:
            raise Resting(f"{domain} is asked too much already", retry_after_seconds=seconds)
        self._due_at.put(domain, due + self._gap)
        return seconds
