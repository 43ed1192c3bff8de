"""A page of a list: which rows, seen from a cursor. All cursors are exclusive, all pages newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """`min_id` asks for the rows right above it and wins over `since_id`; `max_id` goes with either."""

    limit: int
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None

    @property
    def is_upward(self) -> bool:
        """Whether the page adjoins its lower end: rows are then read oldest first and turned round."""
        return self.min_id is not None

    def condition(self, column: str) -> str:
        """The rows of the page, as SQL. The values are integers of ours, so they are written out."""
        parts = []
        if self.max_id is not None:
            parts.append(f"{column} < {int(self.max_id)}")
        lower = self.min_id if self.min_id is not None else self.since_id
        if lower is not None:
            parts.append(f"{column} > {int(lower)}")
        return " AND ".join(parts) or "true"

    def order(self, column: str) -> str:
        """ORDER BY and LIMIT of the page."""
        return f"ORDER BY {column} {'ASC' if self.is_upward else 'DESC'} LIMIT {int(self.limit)}"

    def newest_first(self, rows: Sequence[T]) -> list[T]:
        """The rows as they were read, in the order they are answered."""
        return list(reversed(rows)) if self.is_upward else list(rows)
