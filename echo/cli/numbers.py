"""Numbers as commands take them: a wrong one is refused, and never made to fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter, Token

_MOST_ID = 2**63 - 1
_MOST_HOURS = 24 * 366 * 100


def _whole(token: Token, least: int, most: int) -> int:
    # A number with a fraction would else be rounded: another row than the one that was meant.
    text = token.value
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most):
        raise ValueError(f"{text!r} is not a whole number from {least} to {most}")
    return int(text)


def _read_id(_type: object, tokens: Sequence[Token]) -> int:
    return _whole(tokens[0], 1, _MOST_ID)


def _read_hours(_type: object, tokens: Sequence[Token]) -> int:
    return _whole(tokens[0], 0, _MOST_HOURS)


# The number of a row.
Id = Annotated[int, Parameter(converter=_read_id)]
# How long, up to a hundred years; each command says what 0 means.
Hours = Annotated[int, Parameter(converter=_read_hours)]
