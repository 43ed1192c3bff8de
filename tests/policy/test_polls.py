"""What a poll may be, and what a vote may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.config.limits import Limits
from echo.errors import Invalid
from echo.policy.polls import Ballot, require_duration, require_vote, tidy_options

LIMITS = Limits()
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def test_answers_are_trimmed_and_empty_ones_left_out() -> None:
    assert tidy_options([" yes ", "", "no\n way", "  "], LIMITS) == ("yes", "no way")
    assert tidy_options(["👨‍👩‍👧" * 50, "x" * 50], LIMITS) == ("👨‍👩‍👧" * 50, "x" * 50)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "more than one item"),
        (["one", " "], "more than one item"),
        (list("abcde"), "more than 4 items"),
        (["a", "b" * 51], "longer than 50 characters"),
        (["same", " same "], "duplicate"),
    ],
)
def test_answers_that_are_refused(options: list[str], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        tidy_options(options, LIMITS)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "can't be blank"),
        (0, "too soon"),
        (299, "too soon"),
        (-5, "too soon"),
        (2_629_747, "too far"),
        (10**17, "too far"),
    ],
)
def test_durations_that_are_refused(seconds: int | None, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        require_duration(seconds, LIMITS)


def test_durations_at_the_limits() -> None:
    assert require_duration(300, LIMITS) == 300
    assert require_duration(2_629_746, LIMITS) == 2_629_746


@pytest.mark.parametrize(
    ("ballot", "choices", "words"),
    [
        (Ballot(options=2, multiple=False, expires_at=NOW), [0], "already ended"),
        (Ballot(options=2, multiple=False, expires_at=LATER), [2], "does not exist"),
        (Ballot(options=2, multiple=True, expires_at=LATER), [0, -1], "does not exist"),
        (Ballot(options=2, multiple=False, expires_at=LATER, is_own=True), [0], "your own polls"),
        (Ballot(options=2, multiple=False, expires_at=None, chosen=(1,)), [0], "already voted"),
        (Ballot(options=2, multiple=False, expires_at=None), [0, 1], "already voted"),
        (Ballot(options=3, multiple=True, expires_at=None, chosen=(1,)), [0, 1], "already voted"),
    ],
)
def test_votes_that_are_refused(ballot: Ballot, choices: list[int], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        require_vote(ballot, choices, NOW)


def test_more_may_be_chosen_later_where_several_may() -> None:
    ballot = Ballot(options=3, multiple=True, expires_at=LATER, chosen=(1,))
    assert require_vote(ballot, [0, 2, 0], NOW) == (0, 2)


@given(
    multiple=st.booleans(),
    chosen=st.sets(st.integers(0, 3)),
    choices=st.lists(st.integers(-1, 5), min_size=1, max_size=5),
)
def test_whatever_is_accepted_is_new_and_there(multiple: bool, chosen: set[int], choices: list[int]) -> None:
    try:
        taken = require_vote(
            Ballot(options=4, multiple=multiple, expires_at=None, chosen=chosen), choices, NOW
        )
    except Invalid:
        return
    assert set(taken) == set(choices)
    assert not set(taken) & chosen
    assert all(0 <= choice < 4 for choice in taken)
    assert multiple or (len(taken) == 1 and not chosen)
