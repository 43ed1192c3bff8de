"""Column kinds and defaults of our own. Apart from the models, because migrations import them."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.fields.db_defaults import SqlDefault

# Defaults in the database as well, so that the raw statements of `echo.store` name only what they set.
EMPTY_LIST = SqlDefault("'[]'::jsonb")
EMPTY_DICT = SqlDefault("'{}'::jsonb")


class IdField(fields.BigIntField):
    """Primary key that the program makes (`echo.ids`), never the database.

    The flag is set here and not at each use: the migration writer leaves it out of what it writes, and
    would then propose to drop and re-create the key at every run.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs["primary_key"] = True
        kwargs["generated"] = False
        super().__init__(**kwargs)


class SmallIdField(fields.BigIntField):
    """Primary key that the database counts up: below 2^53, so that it may be a JSON number."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["primary_key"] = True
        kwargs["generated"] = True
        super().__init__(**kwargs)
