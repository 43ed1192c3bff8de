"""Lists of people."""

from __future__ import annotations

from echo.db import Row
from echo.models import List
from echo.render.entities import ListEntity


def one(row: Row) -> ListEntity:
    """A row of `store.lists`."""
    return ListEntity(
        id=str(row["id"]),
        title=row["title"],
        replies_policy=row["replies_policy"],
        exclusive=row["exclusive"],
    )


def made(known: List) -> ListEntity:
    """A list that was just made or changed."""
    return ListEntity(
        id=str(known.id),
        title=known.title,
        replies_policy=known.replies_policy,
        exclusive=known.exclusive,
    )
