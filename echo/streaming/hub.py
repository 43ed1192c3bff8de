"""The hub of a process: all who listen in it, the one wire on which it hears, the watch over their access."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context

import msgspec

from echo import bus, cache, settings
from echo.bus import Live
from echo.ending import end
from echo.errors import EchoError, Unavailable
from echo.store import live
from echo.streaming import counting, lifecycle, topics
from echo.streaming.attendance import Attendance
from echo.streaming.following import Following
from echo.streaming.outlet import Ending, Outlet
from echo.streaming.registry import Caps, Registry
from echo.streaming.shards import Shards
from echo.streaming.telling import Happening, Teller, Telling, gather, side_by_side, tell
from echo.streaming.topics import Subscription, Topic
from echo.streaming.wire import Wire

log = logging.getLogger(__name__)
# Tokens are looked at again so often, whatever was heard: an access that ended is noticed within 5 s.
RECHECK_SECONDS = 4.0
# One event may take so long to be rendered, and so many may wait; beyond, live messages are lost.
TELL_SECONDS = 5.0
MOST_PENDING = 20_000
_CLOSED_AT_ONCE = 100
_TURNS = 4
# Public posts that are looked up in the statements of one; their order stays.
_LOOKED_AT_ONCE = 32
_TOLD_AT_ONCE, _BREATH_SECONDS = 64, 0.01


def _open_wire(heard: Callable[[str, bytes], None]) -> Wire | Shards:
    return Shards(heard) if cache.on_cluster() else Wire(heard)


class Hub:
    """Made with an application, asleep until somebody listens.

    Shapes:  context: in which the runtime is bound; the hub's own tasks run in copies of it
    """

    def __init__(self, context: Context, caps: Caps | None = None) -> None:
        self._context = context
        self.caps = caps or Caps()
        self._registry = Registry(self.caps)
        self._teller = Teller(self._registry)
        self.following = Following(self._registry)
        self._attendance = Attendance(self._registry)
        self._wire = context.run(_open_wire, self._hear)
        self._pending: deque[tuple[int, Live]] = deque()
        self._arrived = asyncio.Event()
        self._occupied = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False
        # Held while a token is looked up: when thousands come back at once they wait here, and not for
        # connections to the database, which would turn them away and keep those who are in from hearing.
        self.turns = asyncio.Semaphore(_TURNS)

    @property
    def is_closing(self) -> bool:
        """Whether the process ends, and all connections with it."""
        return self._closing

    @property
    def count(self) -> int:
        """How many listen."""
        return len(self._registry.outlets)

    def require_room(self, user_id: int, address: str) -> None:
        """Raises:  Unavailable, TooMany when another connection is too many"""
        self._registry.require_room(user_id, address, limited=settings.here().rate_limits.enabled)

    def enter(self, outlet: Outlet) -> None:
        """Take a connection in. Raises Unavailable when the process is about to stop."""
        if self._closing:
            raise Unavailable(retry_after_seconds=2)
        if not self._tasks:
            self._start()
        self._registry.enter(outlet)
        self._occupied.set()

    def leave(self, outlet: Outlet) -> None:
        """Forget a connection; may be called twice."""
        for topic in self._registry.leave(outlet):
            self._unwant(topic)
        if not self._registry.outlets:
            self._occupied.clear()

    async def subscribe(self, outlet: Outlet, subscription: Subscription) -> None:
        """Let a connection hear a topic, in addition to others. Returns when nothing will be missed any more.

        Raises:  TooMany when it listens to too much
        """
        if not self._registry.add(outlet, subscription):
            return
        await asyncio.gather(*(self._wire.want(channel) for channel in subscription.topic.channels))

    def unsubscribe(self, outlet: Outlet, topic: Topic) -> None:
        """Let a connection hear a topic no more."""
        if self._registry.remove(outlet, topic):
            self._unwant(topic)

    async def close(self, *, within_seconds: float) -> None:
        """End every connection, spread over some time, so that not all come back in the same moment."""
        self._closing = True
        outlets = list(self._registry.outlets)
        pause = min(0.1, within_seconds * _CLOSED_AT_ONCE / max(1, len(outlets)))
        for start in range(0, len(outlets), _CLOSED_AT_ONCE):
            for outlet in outlets[start : start + _CLOSED_AT_ONCE]:
                outlet.end(Ending.RESTART)
            if start + _CLOSED_AT_ONCE < len(outlets):
                await asyncio.sleep(pause)
        await end(self._tasks)
        await lifecycle.stop()

    def _start(self) -> None:
        loop = asyncio.get_running_loop()

        def begin(work: Coroutine[None, None, None]) -> asyncio.Task[None]:
            return loop.create_task(work, context=self._context.copy())

        self._tasks = [
            begin(work)
            for work in (
                self._listen(),
                self._tell_all(),
                self._watch(),
                self._count(),
                self._last(),
                self._attendance.keep(),
            )
        ]

    async def _listen(self) -> None:
        listening = asyncio.create_task(self._wire.run())
        try:
            await self._wire.want(bus.access_channel())
            await self._wire.want(bus.everybody_channel())
            await listening
        finally:
            await end([listening])

    def _unwant(self, topic: Topic) -> None:
        for channel in topic.channels:
            self._wire.unwant(channel)

    def _hear(self, channel: str, payload: bytes) -> None:
        """Put a message behind the others; what ends access goes before all."""
        message = bus.decode(payload)
        if message is None:
            return
        if message.event == "access":
            self._end_access(message)
            return
        if message.event == "list_gone":
            self._end_list(topics.list_topic(bus.account_of(channel), message.list_id))
            return
        if message.to:
            said = msgspec.structs.replace(message, to=())
            for account_id in message.to:
                if self._registry.has_user(account_id):
                    self._put_behind(account_id, said)
        else:
            self._put_behind(bus.account_of(channel), message)

    def _put_behind(self, account_id: int, message: Live) -> None:
        if len(self._pending) >= MOST_PENDING:
            self._pending.popleft()
            log.warning("more happens than can be told: live messages are lost")
        self._pending.append((account_id, message))
        self._arrived.set()

    def _end_access(self, message: Live) -> None:
        for outlet in self._registry.of_user(message.user):
            if message.token in (None, outlet.access.token_id):
                outlet.end(Ending.ACCESS_ENDED)

    def _end_list(self, topic: Topic) -> None:
        for outlet in list(self._registry.listeners(topic)):
            self.unsubscribe(outlet, topic)
            outlet.refuse(topics.list_refusal())

    async def _tell_all(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            heard = list(self._pending)
            self._pending.clear()
            happenings = gather(heard)
            await self._pull(happenings)
            number = 0
            for some in side_by_side(happenings, _LOOKED_AT_ONCE):
                ready = await self._look(some) if len(some) > 1 else None
                for place, happening in enumerate(some):
                    if ready is None:
                        await self._tell(happening)
                    else:
                        tell(ready[place])
                    number += 1
                    # Some events need no look at the database: let the sockets keep up with a burst of those.
                    await asyncio.sleep(0 if number % _TOLD_AT_ONCE else _BREATH_SECONDS)

    async def _look(self, happenings: Sequence[Happening]) -> list[Telling] | None:
        """What is to be told of these public posts; None: each is to be looked at alone."""
        try:
            async with asyncio.timeout(TELL_SECONDS):
                return await self._teller.look([happening.message for happening in happenings])
        except (EchoError, TimeoutError) as error:
            log.warning("live messages are looked at one by one: %s", error or "it took too long")
        except Exception:
            log.exception("live messages are looked at one by one")
        return None

    async def _tell(self, happening: Happening) -> None:
        try:
            async with asyncio.timeout(TELL_SECONDS):
                await self._teller.tell(happening)
        except (EchoError, TimeoutError) as error:
            log.warning("a live message is lost: %s", error or "it took too long")
        except Exception:
            log.exception("a live message could not be told")

    async def _pull(self, happenings: Sequence[Happening]) -> None:
        """Let those who follow their logs read on: first, because nothing that is told after it is kept."""
        concerned = {i for it in happenings if it.message.pointer is not None for i in it.account_ids}
        try:
            async with asyncio.timeout(TELL_SECONDS):
                await self.following.pull(self.following.followed(concerned))
        except TimeoutError:
            log.warning("reading event logs takes too long; it goes on in a moment")
        except Exception:
            log.exception("event logs could not be read")

    async def _watch(self) -> None:
        """Every few seconds, while somebody listens: whose access has ended, and which channels to leave."""
        while True:
            await self._occupied.wait()
            await asyncio.sleep(RECHECK_SECONDS)
            await self._wire.sweep()
            if not self._registry.outlets:
                continue
            await self._tend()
            try:
                async with asyncio.timeout(TELL_SECONDS):
                    ended = await live.ended_tokens(self._registry.held_tokens())
            except (EchoError, TimeoutError) as error:
                log.warning("tokens could not be looked at again: %s", error)
                continue
            for outlet in self._registry.of_tokens(ended):
                outlet.end(Ending.ACCESS_ENDED)

    async def _tend(self) -> None:
        is_new_line, self._wire.is_new_line = self._wire.is_new_line, False
        try:
            async with asyncio.timeout(2 * TELL_SECONDS):
                await self.following.tend(is_new_line=is_new_line)
        except TimeoutError:
            self._wire.is_new_line |= is_new_line
            log.warning("looking after event logs takes too long; it goes on in a moment")
        except Exception:
            self._wire.is_new_line |= is_new_line
            log.exception("event logs could not be looked after")

    async def _count(self) -> None:
        """Say how counters have changed."""
        while True:
            await self._occupied.wait()
            await asyncio.sleep(counting.SECONDS)
            try:
                async with asyncio.timeout(TELL_SECONDS):
                    await counting.tell_changes(list(self._registry.outlets))
            except (EchoError, TimeoutError) as error:
                log.warning("counters could not be looked at: %s", error)
            except Exception:
                log.exception("counters could not be told")

    async def _last(self) -> None:
        """Name the sessions that last."""
        while True:
            await self._occupied.wait()
            await asyncio.sleep(lifecycle.LASTING_SECONDS)
            lasting = [
                (outlet.access.user_id or 0, outlet.session.id)
                for outlet in self._registry.outlets
                if outlet.session is not None
            ]
            if lasting:
                await lifecycle.last(lasting)
