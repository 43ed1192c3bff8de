"""What a peer said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a peer said. `url` is the address that answered in the end, `headers` have lower-case names."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def retry_after_seconds(self) -> float | None:
        """How long the peer asks to be left alone, at most a day."""
        return _retry_after(self.headers.get("retry-after"))


def _retry_after(text: str | None) -> float | None:
    """Seconds or an HTTP date, as seconds from now; clamped to a day. None where there is none."""
    if not text:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), DAY_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - datetime.now(UTC)).total_seconds(), 0.0), DAY_SECONDS)
