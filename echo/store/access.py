"""Tokens as a request presents them: one statement, because every API call makes it."""

from __future__ import annotations

from typing import cast

import msgspec

from echo import cache, db
from echo.policy.access import Access
from echo.policy.roles import SEAT, SEATS, seat_of
from echo.policy.secret_texts import digest
from echo.policy.standing import COLUMNS, REFUSALS, standing_of
from echo.store import activity
from echo.store.activity import WAS_AWAY

_LOAD = f"""
    SELECT t.id, t.app_id, t.user_id, t.scopes, {SEAT}, {COLUMNS},
        t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 hour' AS was_idle,
        u.id IS NOT NULL AND {WAS_AWAY} AS was_away
    FROM tokens t LEFT JOIN users u ON u.id = t.user_id {SEATS} LEFT JOIN accounts a ON a.id = t.user_id
    WHERE t.token_hash = $1 AND t.revoked_at IS NULL
"""

_NOTE_USED = "UPDATE tokens SET last_used_at = now() WHERE id = $1"

# How long a token is believed without looking: apps ask many things at once. What ends access in this process
# is noticed at once (`forget`), what ends it in another after this time.
KEEP_SECONDS = 3.0


async def load_token(secret: str) -> Access | None:
    """What this token allows, or None where it is unknown or revoked. Notes each day who is active,
    and once an hour that the token is used.
    """
    token_hash = digest(secret)
    known = cast("Access | None", cache.memory().recall("access", token_hash))
    if known is None:
        known = await _read(token_hash)
        if known is not None and not known.refusal:
            cache.memory().keep("access", token_hash, known, seconds=KEEP_SECONDS)
    return known


def forget(user_id: int, token_id: int | None) -> None:
    """Access has ended: of one token, or of all of a person."""
    cache.memory().forget(
        "access",
        lambda access: access.token_id == token_id or (token_id is None and access.user_id == user_id),
    )


async def _read(token_hash: str) -> Access | None:
    row = await db.fetch_one(_LOAD, token_hash)
    if row is None:
        return None
    if row["was_idle"]:
        await db.execute(_NOTE_USED, row["id"])
    if row["was_away"]:
        await activity.note(row["user_id"])
    return Access(
        token_id=row["id"],
        app_id=row["app_id"],
        user_id=row["user_id"],
        scopes=tuple(msgspec.json.decode(row["scopes"], type=list[str])),
        seat=seat_of(row),
        refusal="" if row["user_id"] is None else REFUSALS[standing_of(row)],
    )


async def was_revoked(secret: str) -> bool:
    """Whether a token was valid once: clients are told so."""
    revoked = await db.fetch_value(
        "SELECT 1 FROM tokens WHERE token_hash = $1 AND revoked_at IS NOT NULL", digest(secret)
    )
    return revoked is not None
