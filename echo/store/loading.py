"""Rows as models, through statements that are written once.

The ORM writes each statement anew, which takes two or three times as long as to run it and read the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, cast

from tortoise.models import Model

from echo import db
from echo.db import Row

M = TypeVar("M", bound=Model)


@cache
def columns(model: type[Model], alias: str = "t") -> str:
    """The columns of a model, by name: a column that a migration adds does not disturb what is prepared."""
    return ", ".join(f'{alias}."{name}"' for name in model._meta.fields_db_projection.values())


def read(model: type[M], row: Row) -> M:
    """A row with all columns of a model as an instance of it."""
    return model._init_from_db(**cast(Mapping[str, Any], row))


async def first(model: type[M], condition: str, *arguments: object) -> M | None:
    """The row that a condition picks out, or None.

    Shapes:  condition: constant SQL with placeholders, on a key of the table
    """
    rows = await db.fetch(_select(model, condition), *arguments)
    return read(model, rows[0]) if rows else None


@cache
def _select(model: type[Model], condition: str) -> str:
    return f"SELECT {columns(model)} FROM {model._meta.db_table} t WHERE {condition}"
