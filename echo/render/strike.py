"""Strikes, as those see them who got them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from echo.db import Row
from echo.render import account, times
from echo.render.entities import Entity

_encode = msgspec.json.Encoder().encode


class Appeal(Entity, frozen=True, kw_only=True):
    text: str
    state: str


class AccountWarningCore(Entity, frozen=True, kw_only=True):
    """A strike without the account that it is about."""

    id: str
    action: str
    text: str
    status_ids: list[str]
    created_at: str
    appeal: Appeal | None


async def by_id(rows: Sequence[Row]) -> dict[int, bytes]:
    """Rows of `store.strikes.rows`; one about an account that is gone is left out."""
    people = await account.by_id(sorted({row["target_id"] for row in rows}))
    return {
        row["id"]: _encode(_core(row))[:-1] + b',"target_account":' + people[row["target_id"]] + b"}"
        for row in rows
        if row["target_id"] in people
    }


def _core(row: Row) -> AccountWarningCore:
    said = row["appeal_text"]
    return AccountWarningCore(
        id=str(row["id"]),
        action=row["kind"],
        text=row["text"],
        status_ids=[str(number) for number in msgspec.json.decode(row["post_ids"])],
        created_at=times.iso(row["created_at"]),
        appeal=None if said is None else Appeal(text=said, state=row["appeal_state"]),
    )
