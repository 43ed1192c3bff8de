"""Sends what is due: many deliveries at a time on kept-alive connections, results written in batches.

What stands in rows is the truth: a delivery that was sent but not written down is sent again. A dead host
costs a probe now and then; whoever is alive is served in turn.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from echo import clock, metrics, settings, tracing
from echo.errors import NotFound, Unavailable
from echo.store import audience, deliveries
from echo.store.audience import Check
from echo.store.deliveries import EXPIRED, POISONED, WITHDRAWN, Claimed
from federation import followers, resolve
from federation.errors import FederationError
from federation.landing import Landing
from federation.loads import Load, Loads
from federation.network import network
from federation.outcomes import Outcome, Verdict, verdict_of_answer, verdict_of_error

log = logging.getLogger(__name__)

# A lease is longer than the longest request, so that nobody else takes what is still under way.
LEASE_MARGIN_SECONDS = 40.0
# Results are written when half of the places is free, or after this time.
GATHER_SECONDS = 0.02
# The audience was chosen when the delivery was written; after this time it is looked at again.
FRESH_SECONDS = 30.0
SWEEP_SECONDS = 5.0
# Hosts that are not known to be well have this part of the places: whoever hangs holds up only its like.
DOUBTFUL_SHARE = 4
EXPIRE_SECONDS = 60.0
LANDING_SECONDS = 20.0
OUTAGE_SECONDS = 1.0
# Workers that ended while they held a delivery, together with many others that shared the blame.
MOST_DEATHS = 10
# What ends something is told to whoever heard of it, whatever became of them.
_UNCHECKED = frozenset({"Delete", "Undo", "Block", "Reject", "Remove", "Move", "Flag"})

# Waits for a wake-up, at most so many seconds.
Wait = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class Look:
    """A look at all hosts of a kind, by name: where it is, and whether another is wanted."""

    well: bool
    after_host: str = ""
    is_on: bool = True
    is_rung: bool = False

    def begin(self) -> None:
        """Look at all of them, or once more when this look has ended."""
        self.is_rung = self.is_on
        self.is_on = True

    def go_on(self, hosts: Sequence[str], room: int) -> None:
        """Remember where the next portion begins; it ends at the last host."""
        if len(hosts) == room:
            self.after_host = hosts[-1]
            return
        self.after_host = ""
        self.is_on, self.is_rung = self.is_rung, False


class Drain:
    """The deliveries that one worker has under way."""

    def __init__(self, owner: str) -> None:
        limits = settings.here().federation
        self._owner = owner
        self._at_once = limits.deliveries_at_once
        self._per_host = limits.deliveries_per_host
        self._scale = limits.retry_scale
        self._lease_seconds = limits.timeout_seconds + LEASE_MARGIN_SECONDS
        self._flying: set[asyncio.Task[None]] = set()
        self._stir = asyncio.Event()
        # Those to hosts that are not known to be well: they have only some of the places.
        self._doubtful: set[asyncio.Task[None]] = set()
        self._well, self._others = Look(well=True), Look(well=False)
        self._is_turn_of_look = False
        # Hosts where something landed: what waited for it there may go now.
        self._again: dict[str, None] = {}
        self._results: list[tuple[Claimed, Verdict]] = []
        self._loads = Loads()
        self._landing = Landing(self._scale)
        self._expired_at: datetime | None = None

    async def run(self, wait: Wait) -> None:
        """Send what is due, for ever. When it is cancelled, what is under way may still land."""
        await deliveries.release_leases(self._owner, died=True)
        listener = asyncio.create_task(self._listen(wait))
        try:
            while True:
                try:
                    await self.step()
                except Unavailable as error:
                    log.warning("deliveries wait for the database: %s", error)
                    await asyncio.sleep(OUTAGE_SECONDS)
                await self._stir.wait()
        finally:
            listener.cancel()
            await self._stop()

    async def step(self) -> None:
        """Write what has landed, start what is due."""
        self._stir.clear()
        await self._settle()
        while self._has_more and len(self._flying) <= self._at_once // 2:
            await self._start()
            await self._settle()
        await self._expire()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way and nothing was due at the last look."""
        return not (self._flying or self._results or self._has_more)

    @property
    def _has_more(self) -> bool:
        return bool(self._again) or self._look() is not None

    def _look(self) -> Look | None:
        """The look around that goes on now: at hosts that are well, then at the others as far as they may."""
        if self._well.is_on:
            return self._well
        return self._others if self._others.is_on and self._room_for(self._others) > 0 else None

    def _room_for(self, look: Look) -> int:
        room = self._at_once - len(self._flying)
        return room if look.well else min(room, self._at_once // DOUBTFUL_SHARE - len(self._doubtful))

    async def _listen(self, wait: Wait) -> None:
        """Look at all hosts after each wake-up, and now and then without one."""
        while True:
            await wait(min(SWEEP_SECONDS, max(SWEEP_SECONDS * self._scale, 0.05)))
            self._well.begin()
            self._others.begin()
            self._stir.set()

    async def _start(self) -> None:
        """Claim due deliveries: by turns where something landed, and at the next hosts of the look around."""
        look, room = self._look(), self._at_once - len(self._flying)
        self._is_turn_of_look = not self._is_turn_of_look
        if look is None or (self._again and not self._is_turn_of_look):
            look, hosts = None, list(self._again)[:room]
            for host in hosts:
                del self._again[host]
        else:
            room = self._room_for(look)
            hosts = await deliveries.next_hosts(look.after_host, limit=room, well=look.well)
            look.go_on(hosts, room)
        if not hosts:
            return
        claimed = await deliveries.claim(
            hosts,
            owner=self._owner,
            limit=room,
            per_host=self._per_host,
            lease_seconds=self._lease_seconds,
        )
        if len(claimed) == room:
            # The last hosts may have been left out.
            if look is self._others:
                look.begin()
            else:
                self._again |= dict.fromkeys(hosts)
        await self._send(claimed, is_doubtful=look is self._others)

    async def _send(self, claimed: Sequence[Claimed], *, is_doubtful: bool) -> None:
        if not claimed:
            return
        loads = await self._loads.get({each.activity_id for each in claimed})
        withdrawn = await self._withdrawn(claimed, loads)
        for each in claimed:
            load = loads.get(each.activity_id)
            if load is None or each.id in withdrawn:
                reason = WITHDRAWN
            elif load.expires_at <= clock.now():
                reason = EXPIRED
            else:
                reason = POISONED if each.deaths > MOST_DEATHS else ""
            if load is None or reason:
                self._results.append((each, Verdict(outcome=Outcome.NEVER, error=reason)))
                continue
            task = asyncio.create_task(self._deliver(each, load))
            self._flying.add(task)
            if is_doubtful:
                self._doubtful.add(task)
            task.add_done_callback(self._land)

    async def _deliver(self, claimed: Claimed, load: Load) -> None:
        with tracing.span("deliver", parent=load.traceparent) as span:
            span.set_attribute("kind", load.kind)
            span.set_attribute("host", claimed.host)
            verdict = await self._verdict(claimed, load)
            span.set_attribute("outcome", verdict.outcome.value)
        metrics.DELIVERIES.labels(verdict.outcome.value).inc()
        self._results.append((claimed, verdict))

    async def _verdict(self, claimed: Claimed, load: Load) -> Verdict:
        here = network()
        try:
            signer = await here.keys.signer(load.sender_id, generation=load.key_generation)
            sign = await followers.along(signer.with_body(load.digest), load, claimed.inbox)
            answer = await here.client.post(claimed.inbox, load.body, sign=sign)
            verdict = verdict_of_answer(answer)
            if verdict.is_lost:
                here.start(
                    resolve.check_inbox(claimed.inbox, is_gone=answer.status == 410),
                    f"look at {claimed.inbox}",
                )
        except FederationError as error:
            verdict = verdict_of_error(error)
        except NotFound:
            verdict = Verdict(outcome=Outcome.NEVER, error="the sender has no key any more")
        except Unavailable as error:
            verdict = Verdict(outcome=Outcome.SLOW, error=str(error))
        except Exception as error:
            log.exception("delivery %s to %s failed", claimed.id, claimed.inbox)
            verdict = Verdict(outcome=Outcome.SLOW, error=f"{type(error).__name__}: {error}")
        return verdict

    def _land(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._doubtful.discard(task)
        if len(self._results) >= self._at_once // 2 or not self._flying:
            self._stir.set()
        elif len(self._results) == 1:
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._stir.set)

    async def _settle(self) -> None:
        """Write down what came of deliveries, and what that says about their hosts."""
        if not self._results:
            return
        landed, self._results = self._results, []
        for claimed, verdict in landed:
            if verdict.outcome in (Outcome.LATER, Outcome.PAUSE):
                self._others.begin()
            else:
                self._again[claimed.host] = None
        try:
            await self._landing.write(landed)
        except Unavailable:
            self._results = landed + self._results
            raise
        self._again |= dict.fromkeys(await self._landing.note_hosts(landed))

    async def _withdrawn(self, claimed: Sequence[Claimed], loads: dict[int, Load]) -> set[int]:
        """Those whose post is gone, or that nobody at the inbox may read any more."""
        old = clock.now() - timedelta(seconds=FRESH_SECONDS)
        checks = [
            Check(each.id, load.sender_id, load.post_id, each.inbox)
            for each in claimed
            if (each.attempts or each.created_at < old)
            and (load := loads.get(each.activity_id)) is not None
            and load.kind not in _UNCHECKED
        ]
        if not checks:
            return set()
        return {check.delivery_id for check in checks} - await audience.still_due(checks)

    async def _expire(self) -> None:
        now = clock.now()
        if self._expired_at is None or now - self._expired_at > timedelta(seconds=EXPIRE_SECONDS):
            is_more = await deliveries.expire() >= deliveries.EXPIRE_ROWS
            self._expired_at = None if is_more else now

    async def _stop(self) -> None:
        """Let what is under way land, for a while; give back the rest."""
        if self._flying:
            await asyncio.wait(self._flying, timeout=LANDING_SECONDS)
        for task in self._flying:
            task.cancel()
        try:
            await self._settle()
            await deliveries.release_leases(self._owner)
        except Unavailable as error:
            log.warning("leases are left to end by themselves: %s", error)
