"""Moments as Mastodon writes them: UTC, exactly three decimals, Z. Strict clients accept nothing else."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(moment: datetime) -> str:
    """`2026-01-31T12:00:00.000Z`; microseconds are cut, not rounded; a moment without zone is UTC."""
    if moment.tzinfo is not UTC and moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"


def iso_or_none(moment: datetime | None) -> str | None:
    """The same for what may not have happened."""
    return None if moment is None else iso(moment)


def midnight(moment: datetime) -> str:
    """The start of the day in UTC, as Mastodon tells when an account was made: not more exactly."""
    return iso(moment)[:10] + "T00:00:00.000Z"
