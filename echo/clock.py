"""The only source of the time of day, so that tests can move it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# What somebody wants to last longer lasts as long; a date further away may be none.
LONGEST_SECONDS = 100 * 365 * 86_400
_offset = timedelta()


def now() -> datetime:
    """The current time, UTC, with microseconds."""
    return datetime.now(UTC) + _offset


def after(seconds: int) -> datetime:
    """The time in so many seconds, in a hundred years at the latest."""
    return now() + timedelta(seconds=min(seconds, LONGEST_SECONDS))


def shift(offset: timedelta) -> None:
    """Move the clock of this process; for tests. `timedelta()` puts it back."""
    global _offset
    _offset = offset
