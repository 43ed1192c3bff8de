"""The lookups with which Echo asks for rows: of thirty that Tortoise writes down for each column, a third."""

from __future__ import annotations

from collections.abc import Iterable

from tortoise.models import Model

# What may stand behind two underscores: `id__in`. Nothing: the column itself.
LOOKUPS = frozenset(
    {"", "not", "in", "not_in", "lt", "lte", "gt", "gte", "isnull", "not_isnull", "contains", "startswith"}
)


def forget_others(models: Iterable[type[Model]]) -> None:
    """Have models know these lookups only. Those for parts of dates and the like are SQL here, in
    `echo.store`; for a thousand columns they were 5 MB that all processes share. Using one is an error of
    Tortoise's.
    """
    for model in models:
        meta = model._meta
        meta._filters = {
            name: how for name, how in meta._filters.items() if _lookup(name, how["field"]) in LOOKUPS
        }


def _lookup(name: str, column: str) -> str:
    """What stands behind the column (or `pk`, which is another name of one)."""
    for known in (column, "pk"):
        if name == known or name.startswith(f"{known}__"):
            return name[len(known) + 2 :]
    return name
