"""Who comes back: people by when they joined, and when they were here since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from echo import clock, db
from echo.store.measures import Period


@dataclass(frozen=True, slots=True)
class Cohort:
    """People who joined in one day or month: how many of them were here in each from then on."""

    begins_on: date
    joined: int
    seen: list[tuple[date, int]]


_COHORTS = """
    WITH periods AS (
        SELECT generate_series(date_trunc($3, $1::timestamp), $2::timestamp, ('1 ' || $3)::interval)::date AS
        begins_on
    ), joined AS (
        SELECT u.id, date_trunc($3, u.created_at AT TIME ZONE 'UTC')::date AS begins_on FROM users u
        WHERE (u.created_at AT TIME ZONE 'UTC')::date BETWEEN date_trunc($3, $1::timestamp)::date AND $2
    ), seen AS (
        SELECT DISTINCT j.id, j.begins_on, date_trunc($3, a.day::timestamp)::date AS seen_on
        FROM joined j JOIN active_days a ON a.user_id = j.id AND a.day <= $2
    )
    SELECT c.begins_on, s.begins_on AS seen_on,
        (SELECT count(*) FROM joined j WHERE j.begins_on = c.begins_on) AS joined,
        (SELECT count(*) FROM seen n WHERE n.begins_on = c.begins_on AND n.seen_on = s.begins_on) AS value
    FROM periods c JOIN periods s ON s.begins_on >= c.begins_on ORDER BY 1, 2
"""


async def cohorts(period: Period, frequency: str) -> list[Cohort]:
    """Those who joined in a period, by `day` or `month`; how many were here in each day or month since."""
    last = min(period.last, clock.now().date())
    rows = await db.fetch(_COHORTS, period.first, last, "month" if frequency == "month" else "day")
    found: dict[date, Cohort] = {}
    for row in rows:
        cohort = found.setdefault(row["begins_on"], Cohort(row["begins_on"], row["joined"], []))
        cohort.seen.append((row["seen_on"], row["value"]))
    return list(found.values())
