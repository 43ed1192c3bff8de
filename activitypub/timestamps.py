"""Times as other servers write them, read into UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_FRACTION: Final = re.compile(r"[.,](\d+)")
_MAX_LENGTH: Final = 64


def read_timestamp(text: str) -> datetime | None:
    """Read an RFC 3339 time; a missing zone means UTC (WordPress, fedify#226).

    Returns: an aware datetime in UTC; None when the text is no time or its year is out of range
    """
    if not 10 <= len(text) <= _MAX_LENGTH:
        return None
    fitted = _FRACTION.sub(_six_digits, text.strip().upper(), count=1)
    try:
        moment = datetime.fromisoformat(fitted)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def write_timestamp(moment: datetime) -> str:
    """Write a time as Mastodon does, `2026-08-01T10:00:00Z`; a fraction only when there is one."""
    text = moment.astimezone(UTC).isoformat()
    return text.removesuffix("+00:00") + "Z"


def _six_digits(match: re.Match[str]) -> str:
    return "." + match.group(1)[:6].ljust(6, "0")
