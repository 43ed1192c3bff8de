from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from echo.embedded.restarts import HEALTHY_SECONDS, LONGEST_DELAY_SECONDS, Restarts

short_life = st.floats(min_value=0, max_value=HEALTHY_SECONDS, exclude_max=True)


def test_at_once_then_doubling() -> None:
    restarts = Restarts()
    assert [restarts.delay_after(lived_seconds=1) for _ in range(8)] == [0, 0.5, 1, 2, 4, 8, 10, 10]


@given(st.lists(short_life, min_size=1, max_size=40))
def test_short_lives_never_shorten_the_delay_and_it_is_bounded(lives: list[float]) -> None:
    restarts = Restarts()
    delays = [restarts.delay_after(lived_seconds=lived) for lived in lives]
    assert delays == sorted(delays)
    assert delays[0] == 0
    assert delays[-1] <= LONGEST_DELAY_SECONDS


@given(st.lists(short_life, max_size=10), st.floats(min_value=HEALTHY_SECONDS, max_value=1e9))
def test_a_healthy_life_is_forgiven(lives: list[float], healthy: float) -> None:
    restarts = Restarts()
    for lived in lives:
        restarts.delay_after(lived_seconds=lived)
    assert restarts.delay_after(lived_seconds=healthy) == 0


def test_a_year_of_deaths_is_no_overflow() -> None:
    assert Restarts(deaths=10**7).delay_after(lived_seconds=0) == LONGEST_DELAY_SECONDS
