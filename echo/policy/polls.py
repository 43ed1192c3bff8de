"""What a poll may be, and who may choose what in it; pure.

The sentences are Mastodon's: apps show them as they come.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from echo.config.limits import Limits
from echo.errors import Invalid
from echo.text.length import graphemes


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """What somebody finds who wants to vote. `chosen`: what they chose before."""

    options: int
    multiple: bool
    expires_at: datetime | None
    is_own: bool = False
    chosen: Collection[int] = ()


def tidy_options(options: Sequence[str], limits: Limits) -> tuple[str, ...]:
    """The answers, trimmed, without empty ones.

    Raises:  Invalid when there are too few or too many, when one is too long or stands there twice
    """
    kept = tuple(text for option in options if (text := " ".join(option.split())))
    if len(kept) < 2:
        raise Invalid("Validation failed: Choices must have more than one item")
    if len(kept) > limits.poll_options:
        raise Invalid(f"Validation failed: Choices can't contain more than {limits.poll_options} items")
    longest = limits.poll_option_characters
    if any(graphemes(option) > longest for option in kept):
        raise Invalid(f"Validation failed: Choices cannot be longer than {longest} characters each")
    if len(set(kept)) < len(kept):
        raise Invalid("Validation failed: Choices contain duplicate items")
    return kept


def require_duration(seconds: int | None, limits: Limits) -> int:
    """How long a poll runs. Raises Invalid when nobody said, and outside of the limits."""
    if seconds is None:
        raise Invalid("Validation failed: Deadline can't be blank")
    if seconds < limits.poll_min_seconds:
        raise Invalid("Validation failed: Deadline is too soon")
    if seconds > limits.poll_max_seconds:
        raise Invalid("Validation failed: Deadline is too far into the future")
    return seconds


def is_over(expires_at: datetime | None, now: datetime) -> bool:
    """Whether votes are no longer counted."""
    return expires_at is not None and expires_at <= now


def require_vote(ballot: Ballot, choices: Sequence[int], now: datetime) -> tuple[int, ...]:
    """The choices, each once, when this vote counts.

    Raises:  Invalid when the poll is over or one's own, for an answer that is not there, and for what was
             chosen before; where one answer may be chosen, a second is as good as a second vote
    """
    wanted = tuple(dict.fromkeys(choices))
    if is_over(ballot.expires_at, now):
        raise Invalid("Validation failed: The poll has already ended")
    if any(not 0 <= choice < ballot.options for choice in wanted):
        raise Invalid("Validation failed: The chosen vote option does not exist")
    if ballot.is_own:
        raise Invalid("Validation failed: You cannot vote in your own polls")
    if ballot.multiple:
        is_again = any(choice in ballot.chosen for choice in wanted)
    else:
        is_again = bool(ballot.chosen) or len(wanted) > 1
    if is_again:
        raise Invalid("Validation failed: You have already voted on this poll")
    return wanted
