"""How often things may be done: one window for each thing and subject.

What people do is counted in Redis and reported as Mastodon does; that costs one round trip. When Redis is
away reads go on (fail open), log-in and sign-up do not. What anybody may fetch is counted in the process.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from echo import cache, clock
from echo.errors import TooMany, Unavailable

# Counts each key up once and returns count and milliseconds left for each.
_COUNT = """
local out = {}
for i, key in ipairs(KEYS) do
  local n = redis.call('INCR', key)
  local left = redis.call('PTTL', key)
  if left < 0 then
    left = tonumber(ARGV[i])
    redis.call('PEXPIRE', key, left)
  end
  out[#out + 1] = n
  out[#out + 1] = left
end
return out
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """`allowed` times in `window_seconds` for each `subject`."""

    name: str
    subject: object
    allowed: int
    window_seconds: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left: for the X-RateLimit headers."""

    limit: int
    remaining: int
    reset_at: datetime

    def headers(self) -> dict[str, str]:
        """The reset is a date, not an epoch: Mastodon.py parses it and sleeps on it."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": self.reset_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }


class Tally:
    """Counts in this process alone, for what is asked often and costs little; it forgets at a restart."""

    def __init__(self, most_subjects: int = 50_000) -> None:
        self._most_subjects = most_subjects
        self._counted: dict[tuple[str, object], tuple[float, int]] = {}

    def count(self, limit: Limit, *, at_seconds: float | None = None) -> None:
        """Count one use.

        Shapes:  at_seconds: of a clock that only goes on
        Raises:  TooMany when it is used up
        """
        now = time.monotonic() if at_seconds is None else at_seconds
        if len(self._counted) >= self._most_subjects:
            self._counted.clear()
        key = (limit.name, limit.subject)
        until, used = self._counted.get(key, (0.0, 0))
        if until <= now:
            until, used = now + limit.window_seconds, 0
        self._counted[key] = (until, used + 1)
        if used >= limit.allowed:
            raise TooMany(retry_after_seconds=max(1, int(until - now)))

    def check(self, limit: Limit) -> None:
        """Count nothing. Raises TooMany when the limit is used up."""
        until, used = self._counted.get((limit.name, limit.subject), (0.0, 0))
        left = until - time.monotonic()
        if left > 0 and used >= limit.allowed:
            raise TooMany(retry_after_seconds=max(1, int(left)))


async def count(limits: Sequence[Limit], *, fail_closed: bool = False) -> Allowance | None:
    """Count one use against all of these; the tightest allowance, or None when Redis is away.

    Raises:  TooMany when one is used up; Unavailable when Redis is away and `fail_closed`
    """
    try:
        counted = await _counted(limits)
    except cache.OUTAGES as error:
        if fail_closed:
            raise Unavailable(detail=f"rate limits: {error}") from error
        return None
    now_ms = clock.now().timestamp() * 1000
    tightest: Allowance | None = None
    for limit in limits:
        used, left_ms = counted[limit]
        allowance = Allowance(
            limit.allowed,
            max(0, limit.allowed - used),
            datetime.fromtimestamp((now_ms + left_ms) / 1000, UTC),
        )
        if used > limit.allowed:
            raise TooMany(retry_after_seconds=max(1, left_ms // 1000), headers=allowance.headers())
        if tightest is None or allowance.remaining < tightest.remaining:
            tightest = allowance
    return tightest


async def _counted(limits: Sequence[Limit]) -> dict[Limit, tuple[int, int]]:
    """Count each up: how often it was used now, and how long its window still lasts (ms)."""
    script = cache.client().register_script(_COUNT)
    counted: dict[Limit, tuple[int, int]] = {}
    for part in cache.parts(limits, _key):
        windows = [limit.window_seconds * 1000 for limit in part]
        found = await script(keys=[_key(limit) for limit in part], args=windows)
        counted |= {
            limit: (int(used), int(left_ms))
            for limit, used, left_ms in zip(part, found[::2], found[1::2], strict=True)
        }
    return counted


def _key(limit: Limit) -> str:
    return cache.key("limit", limit.name, cache.tagged(limit.subject), limit.window_seconds)
