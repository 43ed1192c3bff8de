"""What was done with the rights of roles, as it can be searched."""

from __future__ import annotations

import msgspec

from echo import clock, db
from echo.db import Row
from echo.policy.roles import Staff


async def insert(
    by: Staff,
    deed: str,
    *,
    target_kind: str,
    target_id: str,
    target_name: str,
    details: dict[str, object],
    refused: bool = False,
) -> None:
    """Write down that something was done, or tried."""
    await db.execute(
        "INSERT INTO audit (account_id, name, door, address, deed, target_kind, target_id, target_name,"
        " details, refused, created_at)"
        " VALUES ($1, coalesce((SELECT username FROM accounts WHERE id = $1), ''),"
        " $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10)",
        by.account_id,
        by.door,
        by.address,
        deed,
        target_kind,
        target_id[:2048],
        target_name[:512],
        msgspec.json.encode(details).decode(),
        refused,
        clock.now(),
    )


async def page(
    *,
    account_id: int | None = None,
    deed: str = "",
    target_kind: str = "",
    target_id: str = "",
    text: str = "",
    address: str = "",
    refused: bool | None = None,
    before_id: int | None = None,
    after_id: int | None = None,
    limit: int = 40,
) -> list[Row]:
    """What was done, newest first.

    Shapes:  deed: whole, or a noun with its dot (`account.`); text: in the names of who did it and to whom;
             address: whole, or its beginning
    """
    return await db.fetch(
        "SELECT * FROM audit WHERE ($1::bigint IS NULL OR account_id = $1)"
        " AND ($2 = '' OR deed = $2 OR (right($2, 1) = '.' AND starts_with(deed, $2)))"
        " AND ($3 = '' OR target_kind = $3) AND ($4 = '' OR target_id = $4)"
        " AND ($5 = '' OR strpos(lower(target_name), lower($5)) > 0 OR strpos(lower(name), lower($5)) > 0)"
        " AND ($6 = '' OR starts_with(address, $6)) AND ($7::bool IS NULL OR refused = $7)"
        " AND ($8::bigint IS NULL OR id < $8) AND ($9::bigint IS NULL OR id > $9) ORDER BY id DESC LIMIT $10",
        account_id,
        deed,
        target_kind,
        target_id,
        text,
        address,
        refused,
        before_id,
        after_id,
        limit,
    )
