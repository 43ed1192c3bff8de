"""Roles: what people who work for this server may do, as clients see it."""

from __future__ import annotations

from echo.db import Row
from echo.render import entities


def shown(row: Row) -> list[entities.AccountRole]:
    """The role that everybody sees on an account, if it is one of those.

    Shapes:  row: role_id, role_name, role_color, role_highlighted; of an account without a login all null
    """
    if not row["role_highlighted"]:
        return []
    return [entities.AccountRole(id=str(row["role_id"]), name=row["role_name"], color=row["role_color"])]
