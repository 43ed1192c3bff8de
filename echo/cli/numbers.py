"""Numbers and moments as commands take them: a wrong one is refused, and never made to fit."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter, Token

_MOST_ID = 2**63 - 1
_MOST_COUNT = 2**31 - 1
_MOST_ROWS = 1_000_000
_MOST_HOURS = 24 * 366 * 100
_MOST_SECONDS = 366 * 86_400


def _whole(least: int, most: int) -> Callable[[object, Sequence[Token]], int]:
    # A number with a fraction would else be rounded: another row than the one that was meant.
    def read(_type: object, tokens: Sequence[Token]) -> int:
        text = tokens[0].value
        is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most))
        if not (is_number and least <= int(text) <= most):
            raise ValueError(f"{_shown(text)} is not a whole number from {least} to {most}")
        return int(text)

    return read


def _read_seconds(_type: object, tokens: Sequence[Token]) -> float:
    text = tokens[0].value
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= _MOST_SECONDS:
        raise ValueError(f"{_shown(text)} is not a number of seconds from 0 to {_MOST_SECONDS}")
    return seconds


def _read_moment(_type: object, tokens: Sequence[Token]) -> datetime:
    text = tokens[0].value
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        # The first and the last hours of the calendar are in no year elsewhere.
        raise ValueError(f"{_shown(text)} is no date such as 2026-05-01T18:00") from None


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "...")


# The number of a row.
Id = Annotated[int, Parameter(converter=_whole(1, _MOST_ID))]
# The most rows of a list.
Limit = Annotated[int, Parameter(converter=_whole(1, _MOST_ROWS))]
# How many of something, or its place among others; each action says what is too many.
Count = Annotated[int, Parameter(converter=_whole(0, _MOST_COUNT))]
# A TCP port; 0 lets the system choose.
Port = Annotated[int, Parameter(converter=_whole(0, 65_535))]
# How long, up to a hundred years; each command says what 0 means.
Hours = Annotated[int, Parameter(converter=_whole(0, _MOST_HOURS))]
# How long at most, up to a year.
Seconds = Annotated[float, Parameter(converter=_read_seconds)]
# A moment in UTC; one without a zone is meant so.
Moment = Annotated[datetime, Parameter(converter=_read_moment)]
