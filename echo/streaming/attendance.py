"""Whether people are here, as far as this process knows: it holds their connections.

Every few seconds it renews the leases of its connections and looks who came and went. Others are told only
what is still so at the next look, so that one who comes back at once was never away. A process that was
killed says nothing: when its leases end, any other tells that those people are gone.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterable, Iterator

from msgspec.json import encode

from echo import bus, cache, clock
from echo.errors import EchoError
from echo.render import presence as rendering
from echo.store import presence
from echo.streaming.outlet import Outlet
from echo.streaming.registry import Registry

log = logging.getLogger(__name__)
LOOK_SECONDS = 5.0
RENEW_SECONDS = 20.0
# So many people are looked up together.
AT_ONCE = 200
Connection = tuple[int, str]


class Attendance:
    """Who is connected to this process."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._process = secrets.token_hex(4)
        self._known: set[Connection] = set()
        self._leaving: set[Connection] = set()
        self._renewed_at = -RENEW_SECONDS

    async def keep(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
                await tell_of_lost()
            except (EchoError, *cache.OUTAGES) as error:
                log.warning("presence is not kept: %s", error)
            except Exception:
                log.exception("presence could not be kept")

    async def look(self) -> None:
        """Who came, who went and stayed away; tell the others."""
        now = asyncio.get_running_loop().time()
        present = {self._name(outlet) for outlet in self._registry.outlets}
        if not present and not self._known:
            return
        came = present - self._known
        # One that is missing for the first time may come back.
        gone = (self._known - present) & self._leaving
        self._leaving = self._known - present - gone
        self._known = present | self._leaving
        await presence.drop(gone)
        if now - self._renewed_at >= RENEW_SECONDS:
            self._renewed_at = now
            await presence.renew(present)
            await presence.note_seen({account_id for account_id, _ in present | gone}, clock.now())
        else:
            await presence.renew(came)
            if gone:  # seen for the last time now
                await presence.note_seen({account_id for account_id, _ in gone}, clock.now())
        await tell(account_id for account_id, _ in came | gone)

    def _name(self, outlet: Outlet) -> Connection:
        """What a connection is called: as its client knows it, when it said hello."""
        session = getattr(outlet, "session", None)
        name = session.id if session is not None else f"{self._process}-{id(outlet)}"
        return outlet.access.user_id or 0, name


async def tell_of_lost() -> None:
    """Tell of those whose leases ended because nobody renewed them."""
    while people := await presence.take_ended(AT_ONCE):
        await tell(people)


async def tell(account_ids: Iterable[int]) -> None:
    """Tell those who may know it, and are here, what these people are now; what they were told already is not
    said again.
    """
    for people in _batches(sorted(set(account_ids))):
        told = {one.account_id: one for one in await presence.as_others_see(people)}
        news = await presence.news({one.account_id: one.state for one in told.values()})
        for account_id, watcher_ids in (await presence.watchers(news)).items():
            await bus.signal(watcher_ids, "presence", encode(rendering.one(told[account_id])))


def _batches(account_ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(account_ids), AT_ONCE):
        yield account_ids[start : start + AT_ONCE]
