"""The only source of the time of day, so that tests can move it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_offset = timedelta()


def now() -> datetime:
    """The current time, UTC, with microseconds."""
    return datetime.now(UTC) + _offset


def shift(offset: timedelta) -> None:
    """Move the clock of this process; for tests. `timedelta()` puts it back."""
    global _offset
    _offset = offset
