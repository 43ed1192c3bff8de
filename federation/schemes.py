"""How other servers want requests to be signed, as far as they have proved that they verify it.

Draft-cavage is what everybody verifies. A host gets RFC 9421 first only on evidence, and for a week; an
answer of 2xx is none, because many servers answer before they verify.

Source:  a trial of Fedify and snac: Follows signed with RFC 9421 were answered 202, and dropped
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from activitypub.signatures import Scheme
from echo import clock
from echo.errors import Unavailable
from echo.store import hosts
from federation.memory import Memory

log = logging.getLogger(__name__)

KEPT = timedelta(days=7)
# What other processes have learned is read so often.
CATCH_UP_SECONDS = 60.0
# Evidence of a host is written down so often.
NOTE_SECONDS = 3_600.0
MOST_HOSTS = 50_000


class Schemes:
    """The hosts that verify RFC 9421."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._modern: Memory[str, bool] = Memory(size=MOST_HOSTS, seconds=KEPT.total_seconds(), clock=ticks)
        self._noted: Memory[tuple[str, Scheme], bool] = Memory(
            size=MOST_HOSTS, seconds=NOTE_SECONDS, clock=ticks
        )
        self._read_at: float | None = None
        self._since: datetime | None = None

    async def first_for(self, host: str) -> Scheme:
        """The scheme to knock with first."""
        await self._catch_up()
        return Scheme.RFC9421 if self._modern.get(host) else Scheme.CAVAGE

    async def learn(self, host: str, scheme: Scheme) -> None:
        """A host has proved that it verifies this scheme, or that it takes no other one."""
        if scheme is Scheme.RFC9421:
            self._modern.put(host, True)
        else:
            self._modern.forget(host)
        other = Scheme.CAVAGE if scheme is Scheme.RFC9421 else Scheme.RFC9421
        self._noted.forget((host, other))
        if not self._noted.first_within((host, scheme), True, seconds=NOTE_SECONDS):
            return
        try:
            await hosts.note_signature_scheme(host, scheme.value)
        except Unavailable as error:
            log.info("%s is remembered by this process only: %s", host, error)

    async def _catch_up(self) -> None:
        now = self._ticks()
        if self._read_at is not None and now - self._read_at < CATCH_UP_SECONDS:
            return
        self._read_at = now  # whoever comes meanwhile knocks with what is known
        began = clock.now()
        try:
            rows = await hosts.signature_schemes(since=self._since or began - KEPT, limit=MOST_HOSTS)
        except Unavailable as error:
            log.info("what hosts verify is not read now: %s", error)
            return
        self._since = began - timedelta(seconds=CATCH_UP_SECONDS)
        for row in rows:
            left = (row["signature_seen_at"] + KEPT - began).total_seconds()
            if row["signature_scheme"] == Scheme.RFC9421.value and left > 0:
                self._modern.put(row["name"], True, seconds=left)
            else:
                self._modern.forget(row["name"])
