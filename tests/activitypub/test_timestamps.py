from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub.timestamps import read_timestamp, write_timestamp


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-08-01T10:00:00Z", datetime(2026, 8, 1, 10, tzinfo=UTC)),
        ("2026-08-01t10:00:00z", datetime(2026, 8, 1, 10, tzinfo=UTC)),
        ("2026-08-01T10:00:00", datetime(2026, 8, 1, 10, tzinfo=UTC)),
        ("2026-08-01T12:00:00+02:00", datetime(2026, 8, 1, 10, tzinfo=UTC)),
        ("2026-08-01T10:00:00.5Z", datetime(2026, 8, 1, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-08-01T10:00:00.123456789Z", datetime(2026, 8, 1, 10, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-08-01", datetime(2026, 8, 1, tzinfo=UTC)),
        ("12026-08-01T10:00:00Z", None),
        ("0000-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+10:00", None),
        ("-002-08-01T10:00:00Z", None),
        ("2026-13-01T10:00:00Z", None),
        ("yesterday at ten", None),
        ("2026", None),
        ("2026-08-01T10:00:00Z" + " " * 64, None),
    ],
)
def test_times_are_read_as_utc_or_not_at_all(text: str, moment: datetime | None) -> None:
    assert read_timestamp(text) == moment


@given(
    st.datetimes(
        datetime(1000, 1, 2),  # noqa: DTZ001
        datetime(9999, 12, 30),  # noqa: DTZ001
        timezones=st.just(timezone(timedelta(hours=5))),
    )
)
def test_a_written_time_is_read_back(moment: datetime) -> None:
    assert read_timestamp(write_timestamp(moment)) == moment


def test_a_whole_second_is_written_as_mastodon_writes_it() -> None:
    assert write_timestamp(datetime(2026, 8, 1, 10, tzinfo=UTC)) == "2026-08-01T10:00:00Z"
