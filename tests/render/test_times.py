from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.render.times import iso, midnight


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC), "2026-01-31T12:00:00.000Z"),
        (datetime(2026, 1, 31, 12, 0, 0, 999_999, tzinfo=UTC), "2026-01-31T12:00:00.999Z"),
        (datetime(2026, 1, 31, 1, tzinfo=timezone(timedelta(hours=2))), "2026-01-30T23:00:00.000Z"),
        (datetime(2026, 1, 31, 1), "2026-01-31T01:00:00.000Z"),  # noqa: DTZ001 a row without zone
        (datetime(99, 1, 1, tzinfo=UTC), "0099-01-01T00:00:00.000Z"),
    ],
)
def test_iso(moment: datetime, text: str) -> None:
    assert iso(moment) == text


def test_days() -> None:
    moment = datetime(2026, 1, 31, 1, 2, 3, tzinfo=timezone(timedelta(hours=2)))
    assert midnight(moment) == "2026-01-30T00:00:00.000Z"


@given(st.datetimes(timezones=st.just(UTC)))
def test_readable_again_to_the_millisecond(moment: datetime) -> None:
    text = iso(moment)
    assert len(text) == 24
    back = datetime.fromisoformat(text)
    assert timedelta(0) <= moment - back < timedelta(milliseconds=1)
