"""People here as another service knows them."""

from __future__ import annotations

from datetime import datetime

from echo import db
from echo.db import Row


async def find(issuer: str, subject: str) -> int | None:
    """Whose account here this identity enters."""
    found = await db.fetch_value(
        "SELECT i.user_id FROM identities i JOIN accounts a ON a.id = i.user_id"
        " WHERE i.issuer = $1 AND i.subject = $2 AND a.deleted_at IS NULL",
        issuer,
        subject,
    )
    return None if found is None else int(found)


async def of_person(user_id: int) -> list[Row]:
    """Rows (id, issuer, label, created_at, last_used_at), the oldest first."""
    return await db.fetch(
        "SELECT id, issuer, label, created_at, last_used_at FROM identities WHERE user_id = $1 ORDER BY id",
        user_id,
    )


async def insert(user_id: int, *, issuer: str, subject: str, label: str, at: datetime) -> bool:
    """Store one; False when it enters an account already."""
    return bool(
        await db.execute(
            "INSERT INTO identities (user_id, issuer, subject, label, created_at, last_used_at)"
            " VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING",
            user_id,
            issuer,
            subject,
            label[:320],
            at,
        )
    )


async def note_use(issuer: str, subject: str, at: datetime) -> None:
    """Write down that it was used."""
    await db.execute(
        "UPDATE identities SET last_used_at = $3 WHERE issuer = $1 AND subject = $2", issuer, subject, at
    )


async def delete(user_id: int, identity_id: int) -> bool:
    """Forget one of somebody; whether it was theirs."""
    return bool(
        await db.execute("DELETE FROM identities WHERE user_id = $1 AND id = $2", user_id, identity_id)
    )
