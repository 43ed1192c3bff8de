"""Dates as clients read them: UTC, exactly three decimals, Z."""

from __future__ import annotations

from datetime import date, datetime


def iso(moment: datetime) -> str:
    """`2026-11-21T10:00:00.000Z`"""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def iso_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)


def midnight(moment: datetime) -> str:
    """Accounts tell the day they were made, not the time."""
    return f"{moment:%Y-%m-%d}T00:00:00.000Z"


def day_or_none(day: date | None) -> str | None:
    return None if day is None else f"{day:%Y-%m-%d}"
