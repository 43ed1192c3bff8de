"""Figures of this server, as Mastodon's admin API tells them: numbers are texts, days are midnights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from echo.render.admin_figures import (
    AdminCohort,
    AdminDimension,
    AdminDimensionData,
    AdminMeasure,
    AdminMeasureData,
    CohortData,
)
from echo.render.times import iso
from echo.store.dimensions import Part
from echo.store.measures import Found
from echo.store.retention import Cohort
from echo.store.storage_report import readable


def measure(key: str, found: Found, unit: str) -> AdminMeasure:
    """One measure with its days."""
    return AdminMeasure(
        key=key,
        unit=unit or None,
        total=str(found.total),
        human_value=readable(found.total) if unit == "bytes" else None,
        previous_total=None if found.previous is None else str(found.previous),
        data=[AdminMeasureData(date=_midnight(day), value=str(n)) for day, n in found.by_day.items()],
    )


def dimension(key: str, parts: Sequence[Part]) -> AdminDimension:
    """One dimension with its parts."""
    return AdminDimension(
        key=key,
        data=[
            AdminDimensionData(
                key=part.key,
                human_key=part.name,
                value=part.value,
                unit=part.unit,
                human_value=part.human or part.value,
            )
            for part in parts
        ],
    )


def cohort(found: Cohort, frequency: str) -> AdminCohort:
    """Those who joined in one day or month; rates from 0 to 1."""
    return AdminCohort(
        period=_midnight(found.begins_on),
        frequency=frequency,
        data=[
            CohortData(
                date=_midnight(day), rate=count / found.joined if found.joined else 0.0, value=str(count)
            )
            for day, count in found.seen
        ],
    )


def _midnight(day: date) -> str:
    return iso(datetime.combine(day, datetime.min.time(), UTC))
