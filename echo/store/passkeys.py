"""The public halves of passkeys."""

from __future__ import annotations

from datetime import datetime

import msgspec

from echo import db
from echo.db import Row
from echo.policy.passkeys import NewKey


async def of_person(user_id: int) -> list[Row]:
    """Rows (id, name, credential_id, created_at, last_used_at), the oldest first."""
    return await db.fetch(
        "SELECT id, name, credential_id, created_at, last_used_at FROM passkeys WHERE user_id = $1"
        " ORDER BY id",
        user_id,
    )


async def lock(credential_id: str) -> Row | None:
    """Row (id, user_id, public_key, sign_count); whoever else shows the key waits until we are done."""
    return await db.fetch_one(
        "SELECT p.id, p.user_id, p.public_key, p.sign_count FROM passkeys p JOIN accounts a"
        " ON a.id = p.user_id WHERE p.credential_id = $1 AND a.deleted_at IS NULL FOR UPDATE OF p",
        credential_id,
    )


async def insert(user_id: int, key: NewKey, name: str, at: datetime) -> bool:
    """Store a key; False when it is known already, to whomever it belongs."""
    return bool(
        await db.execute(
            "INSERT INTO passkeys (user_id, credential_id, public_key, sign_count, transports, name,"
            " created_at) VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7) ON CONFLICT DO NOTHING",
            user_id,
            key.credential_id,
            key.public_key,
            key.sign_count,
            msgspec.json.encode(key.transports).decode(),
            name,
            at,
        )
    )


async def note_use(passkey_id: int, sign_count: int, at: datetime) -> None:
    """Write down that a key was shown, and how often it has signed."""
    await db.execute(
        "UPDATE passkeys SET sign_count = $2, last_used_at = $3 WHERE id = $1", passkey_id, sign_count, at
    )


async def rename(user_id: int, passkey_id: int, name: str) -> bool:
    """Call a key of somebody otherwise; whether it is theirs."""
    return bool(
        await db.execute(
            "UPDATE passkeys SET name = $3 WHERE user_id = $1 AND id = $2", user_id, passkey_id, name
        )
    )


async def delete_all_of(user_id: int) -> None:
    """Forget every key of somebody."""
    await db.execute("DELETE FROM passkeys WHERE user_id = $1", user_id)


async def delete(user_id: int, passkey_id: int) -> bool:
    """Forget a key of somebody; whether it was theirs."""
    return bool(await db.execute("DELETE FROM passkeys WHERE user_id = $1 AND id = $2", user_id, passkey_id))
