"""Whether people are here."""

from __future__ import annotations

from echo.render import times
from echo.store.presence import Seen


def one(seen: Seen) -> dict[str, object]:
    """What a viewer is told of somebody."""
    return {
        "account_id": str(seen.account_id),
        "state": seen.state.value,
        "last_seen_at": times.iso_or_none(seen.last_seen_at),
    }
