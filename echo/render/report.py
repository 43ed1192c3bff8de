"""Reports, as those see them who make them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from echo.db import Row
from echo.render import account, times

_encode = msgspec.json.Encoder().encode


async def by_id(rows: Sequence[Row]) -> dict[int, bytes]:
    """Rows of `store.reports`; one about an account that is gone is left out."""
    people = await account.by_id(sorted({row["target_id"] for row in rows}))
    return {
        row["id"]: _head(row)[:-1] + b',"target_account":' + people[row["target_id"]] + b"}"
        for row in rows
        if row["target_id"] in people
    }


def _head(row: Row) -> bytes:
    return _encode(
        {
            "id": str(row["id"]),
            "action_taken": row["resolved_at"] is not None,
            "action_taken_at": times.iso_or_none(row["resolved_at"]),
            "category": row["category"],
            "comment": row["comment"],
            "forwarded": row["forwarded"],
            "created_at": times.iso(row["created_at"]),
            "status_ids": _texts(row["post_ids"]),
            "rule_ids": _texts(row["rule_ids"]),
            "collection_ids": _texts(row["collection_ids"]),
        }
    )


def _texts(ids: str) -> list[str]:
    return [str(number) for number in msgspec.json.decode(ids)]
