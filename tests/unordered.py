"""Rows that nobody put in order come the other way round in tests.

PostgreSQL promises no order without ORDER BY, yet gives the one of writing nearly always: what leans on it
works here a hundred times, and fails once on another machine, or after a vacuum.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from asyncpg import Connection

_TEXT = re.compile(r"'[^']*'")
_INNERMOST = re.compile(r"\([^()]*\)")

_execute = Connection._execute


@cache
def without_order(sql: str) -> bool:
    """Whether the outermost statement says nothing of the order of its rows; a recursion has one."""
    outer, inner = _TEXT.sub("''", sql), ""
    while outer != inner:
        inner, outer = outer, _INNERMOST.sub(" ", outer)
    return "ORDER BY" not in outer.upper() and "RECURSIVE" not in outer.upper()


async def _turned(self: Any, query: str, *args: Any, **named: Any) -> Any:
    found = await _execute(self, query, *args, **named)
    return found[::-1] if isinstance(found, list) and without_order(query) else found


def turn_rows() -> None:
    """Turn the rows of all queries without an order, from now on in this process."""
    Connection._execute = _turned
