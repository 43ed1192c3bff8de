"""The last seven days of something that people use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from echo import clock
from echo.db import Row
from echo.render.entities import History

DAYS = 7


def of_days(rows: Iterable[Row]) -> list[History]:
    """Seven entries, today first, from rows (day, uses, accounts); a day without a row had no use."""
    used = {row["day"].date(): row for row in rows}
    today = clock.now().date()
    found = []
    for ago in range(DAYS):
        day = today - timedelta(days=ago)
        counted = used.get(day)
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        found.append(
            History(
                day=str(int(midnight.timestamp())),
                uses=str(counted["uses"] if counted else 0),
                accounts=str(counted["accounts"] if counted else 0),
            )
        )
    return found
