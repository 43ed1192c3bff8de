"""Tokens as a request presents them: one statement, because every API call makes it."""

from __future__ import annotations

import hashlib

import msgspec

from echo import db
from echo.db import Row
from echo.policy.access import Access

_LOAD = """
    SELECT t.id, t.app_id, t.user_id, t.scopes, u.role, u.confirmed_at, u.approved_at, u.disabled_at,
           a.suspended_at, a.deleted_at
    FROM tokens t LEFT JOIN users u ON u.id = t.user_id LEFT JOIN accounts a ON a.id = t.user_id
    WHERE t.token_hash = $1 AND t.revoked_at IS NULL
"""


def fingerprint(secret: str) -> str:
    """How secrets are stored: SHA-256, hexadecimal. They are random, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def load_token(secret: str) -> Access | None:
    """What this token allows, or None where it is unknown or revoked."""
    row = await db.fetch_one(_LOAD, fingerprint(secret))
    if row is None:
        return None
    return Access(
        token_id=row["id"],
        app_id=row["app_id"],
        user_id=row["user_id"],
        scopes=tuple(msgspec.json.decode(row["scopes"], type=list[str])),
        role=row["role"] or "",
        refusal=_refusal(row),
    )


def _refusal(row: Row) -> str:
    if row["user_id"] is None:
        return ""
    if row["deleted_at"] or row["suspended_at"]:
        return "Your account has been suspended"
    if row["disabled_at"]:
        return "Your login is currently disabled"
    if not row["confirmed_at"]:
        return "Your login is missing a confirmed e-mail address"
    if not row["approved_at"]:
        return "Your login is currently pending approval"
    return ""
