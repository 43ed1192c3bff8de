"""What came of deliveries: written to their rows, and to what is known of their hosts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from echo import clock
from echo.kinds import DeliveryState
from echo.store import audience, deliveries, hosts
from echo.store.deliveries import EXPIRED, HOST_GONE, POISONED, WITHDRAWN, Claimed, Result
from echo.store.hosts import Failing
from federation.memory import Memory
from federation.outcomes import Outcome, Verdict, wait_seconds

# Given up though nobody was asked.
_UNTRIED = frozenset({WITHDRAWN, EXPIRED, POISONED})

Landed = Sequence[tuple[Claimed, Verdict]]


class Landing:
    """What one worker writes down. Shapes:  scale: multiplies every wait"""

    def __init__(self, scale: float) -> None:
        self._scale = scale
        # Hosts that were well a moment ago: that they still are need not be written.
        self._well: Memory[str, bool] = Memory(size=20_000, seconds=60.0)

    async def write(self, landed: Landed) -> None:
        """Write the results. Raises Unavailable when that cannot be; they may be written again."""
        await deliveries.finish([self._result(claimed, verdict) for claimed, verdict in landed])

    async def note_hosts(self, landed: Landed) -> Sequence[str]:
        """Note what that says about the hosts. Returns those whose deliveries may go again."""
        failing = _failing(landed)
        paused = await self._note_pauses(landed)
        fine = {
            claimed.host
            for claimed, verdict in landed
            if verdict.status is not None
            and verdict.outcome not in (Outcome.LATER, Outcome.PAUSE)
            and (claimed.is_probe or claimed.attempts or self._well.get(claimed.host) is None)
        }
        fine -= failing.keys() | paused
        for host in failing:
            self._well.forget(host)
        if failing:
            await hosts.note_failures(list(failing.values()), scale=self._scale)
        gone = await self._note_gone(landed)
        fine -= gone
        if not fine:
            return ()
        for host in fine:
            self._well.put(host, True)
        rested = await hosts.note_successes(sorted(fine))
        if rested:
            await deliveries.hurry(rested)
        return rested

    def _result(self, claimed: Claimed, verdict: Verdict) -> Result:
        now = clock.now()
        state, due_at = DeliveryState.DONE, now
        if verdict.outcome == Outcome.NEVER:
            state = DeliveryState.DEAD
        elif verdict.outcome != Outcome.DONE:
            wait = wait_seconds(claimed.attempts + 1, scale=self._scale, slow=verdict.outcome == Outcome.SLOW)
            state = DeliveryState.DEAD if wait is None else DeliveryState.PENDING
            due_at = now + timedelta(seconds=max(wait or 0.0, verdict.pause_seconds))
        return Result(
            id=claimed.id,
            token=claimed.token,
            state=state,
            due_at=due_at,
            status=verdict.status,
            error=verdict.error,
            tried=verdict.outcome != Outcome.PAUSE and verdict.error not in _UNTRIED,
        )

    async def _note_pauses(self, landed: Landed) -> set[str]:
        asked = {claimed.host: verdict for claimed, verdict in landed if verdict.outcome == Outcome.PAUSE}
        for host, verdict in asked.items():
            until = clock.now() + timedelta(seconds=verdict.pause_seconds)
            await hosts.pause(host, until, verdict.error)
            self._well.forget(host)
        return set(asked)

    async def _note_gone(self, landed: Landed) -> set[str]:
        """A shared inbox that is gone for good: with it everything that waits for its host."""
        said = {
            claimed.inbox: (claimed.host, verdict.error)
            for claimed, verdict in landed
            if verdict.status == 410
        }
        if not said:
            return set()
        gone = dict(said[inbox] for inbox in await audience.shared_among(list(said)))
        if gone:
            await hosts.note_successes(sorted(gone))  # so that there is a row
            await hosts.note_gone(sorted(gone), next(iter(gone.values())))
            await deliveries.give_up(sorted(gone), HOST_GONE)
        return set(gone)


def _failing(landed: Landed) -> dict[str, Failing]:
    """The hosts that did not take something, each once."""
    times = Counter(claimed.host for claimed, verdict in landed if verdict.outcome == Outcome.LATER)
    found: dict[str, Failing] = {}
    for claimed, verdict in landed:
        if verdict.outcome == Outcome.LATER:
            before = found.get(claimed.host)
            found[claimed.host] = Failing(
                claimed.host,
                times[claimed.host],
                verdict.error,
                is_absent=verdict.status is None and (before is None or before.is_absent),
                is_probe=claimed.is_probe or (before is not None and before.is_probe),
            )
    return found
