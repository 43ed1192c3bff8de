"""Bars of figures, drawn by ourselves: a page of ours takes no style and no script from inside a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from echo.store.measures import Found

# In the units of the picture.
WIDTH, HEIGHT, GAP = 600.0, 120.0, 0.25


@dataclass(frozen=True, slots=True)
class Bar:
    """One day, as it is drawn and as it is read."""

    label: str
    short: str
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures by the day. `spoken` says in a sentence what the picture shows."""

    key: str
    title: str
    total: int
    previous: int | None
    bars: list[Bar]
    most: int
    spoken: str


def draw(key: str, title: str, found: Found) -> Chart:
    """Figures of a measure as bars, the highest as high as the picture."""
    return Chart(
        key=key,
        title=title,
        total=found.total,
        previous=found.previous,
        bars=_bars(found.by_day),
        most=max(found.by_day.values(), default=0),
        spoken=_spoken(title, found),
    )


def _bars(by_day: Mapping[date, int]) -> list[Bar]:
    most, step = max(by_day.values(), default=0), WIDTH / max(1, len(by_day))
    bars = []
    for place, (day, value) in enumerate(by_day.items()):
        # What is there at all is seen.
        height = max(2.0, HEIGHT * value / most) if value else 0.0
        bars.append(
            Bar(
                label=day.isoformat(),
                short=f"{day.day} {day:%b}",
                value=value,
                x=round(place * step, 2),
                y=round(HEIGHT - height, 2),
                width=round(step * (1 - GAP), 2),
                height=round(height, 2),
            )
        )
    return bars


def _spoken(title: str, found: Found) -> str:
    values = list(found.by_day.values())
    if not any(values):
        return f"{title}: none in {len(values)} days"
    return (
        f"{title}: from {min(values)} to {max(values)} a day in {len(values)} days, {values[-1]} on the last"
    )
