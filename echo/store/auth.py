"""Tokens, authorisation codes and one-time links: found by secret, kept by digest.

What a token allows is read in `echo.store.access`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from echo import clock, db
from echo.db import Row
from echo.policy.roles import SEAT, SEATS, seat_of
from echo.policy.secret_texts import digest
from echo.policy.standing import COLUMNS, Login, standing_of
from echo.store import push

_scopes = msgspec.json.Decoder(tuple[str, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredToken:
    """A token, as far as revoking it needs."""

    id: int
    app_id: int | None
    user_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorisation code that was presented, used before or not."""

    id: int
    app_id: int
    user_id: int
    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str
    expires_at: datetime
    is_used: bool
    token_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A one-time link."""

    user_id: int | None
    email: str


async def load_session(text: str) -> Login | None:
    """The browser session with this cookie, or None when there is none or it is over."""
    row = await db.fetch_one(
        f"""SELECT s.id, s.user_id, s.csrf, a.username, {SEAT}, {COLUMNS}
            FROM sessions s JOIN users u ON u.id = s.user_id {SEATS} JOIN accounts a ON a.id = s.user_id
            WHERE s.token_hash = $1 AND s.expires_at > $2""",
        digest(text),
        clock.now(),
    )
    if row is None:
        return None
    return Login(
        session_id=row["id"],
        user_id=row["user_id"],
        username=row["username"],
        seat=seat_of(row),
        standing=standing_of(row),
        csrf=row["csrf"],
    )


async def insert_token(
    text: str,
    *,
    app_id: int | None,
    user_id: int | None,
    scopes: Sequence[str],
    at: datetime,
    session_id: int | None = None,
) -> int:
    """Store a token; its id."""
    token_id: int = await db.fetch_value(
        "INSERT INTO tokens (token_hash, app_id, user_id, scopes, created_at, session_id)"
        " VALUES ($1, $2, $3, $4::jsonb, $5, $6) RETURNING id",
        digest(text),
        app_id,
        user_id,
        _json(scopes),
        at,
        session_id,
    )
    return token_id


async def tokens_without_app(scopes: Sequence[str], before: datetime) -> list[Row]:
    """Rows (id, user_id) of living tokens of exactly these scopes that were made before a moment."""
    return await db.fetch(
        "SELECT id, user_id FROM tokens WHERE app_id IS NULL AND user_id IS NOT NULL AND revoked_at IS NULL"
        " AND scopes = $1::jsonb AND created_at < $2",
        _json(scopes),
        before,
    )


async def revoke_token(token_id: int, at: datetime) -> bool:
    """Whether the token was alive until now."""
    await push.delete(token_id)
    return bool(
        await db.execute(
            "UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", token_id, at
        )
    )


async def find_token(text: str) -> StoredToken | None:
    """The token with this text, revoked or not."""
    row = await db.fetch_one("SELECT id, app_id, user_id FROM tokens WHERE token_hash = $1", digest(text))
    if row is None:
        return None
    return StoredToken(id=row["id"], app_id=row["app_id"], user_id=row["user_id"])


async def revoke_tokens_of(user_id: int, at: datetime, *, app_id: int | None = None) -> list[int]:
    """Revoke the tokens of a person, of one app or of all; the ids of those that were alive.

    Codes that were not exchanged yet are used up with them.
    """
    await use_codes_up(user_id, at, app_id=app_id)
    rows = await db.fetch(
        "UPDATE tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL"
        " AND ($3::bigint IS NULL OR app_id = $3) RETURNING id",
        user_id,
        at,
        app_id,
    )
    await push.delete_of_tokens([row["id"] for row in rows])
    return [row["id"] for row in rows]


async def use_codes_up(user_id: int, at: datetime, *, app_id: int | None = None) -> None:
    """Let no code of a person, for one app or for all, be exchanged any more."""
    await db.execute(
        "UPDATE authorization_codes SET used_at = $2 WHERE user_id = $1 AND used_at IS NULL"
        " AND ($3::bigint IS NULL OR app_id = $3)",
        user_id,
        at,
        app_id,
    )


async def insert_code(
    text: str,
    *,
    app_id: int,
    user_id: int,
    redirect_uri: str,
    scopes: Sequence[str],
    challenge: str,
    at: datetime,
    expires_at: datetime,
) -> None:
    """Store a code."""
    await db.execute(
        "INSERT INTO authorization_codes"
        " (code_hash, app_id, user_id, redirect_uri, scopes, challenge, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8)",
        digest(text),
        app_id,
        user_id,
        redirect_uri,
        _json(scopes),
        challenge,
        at,
        expires_at,
    )


async def is_code_of(user_id: int, text: str, redirect_uri: str) -> bool:
    """Whether this is a code that somebody has allowed, for this address, and that can be exchanged now."""
    found = await db.fetch_value(
        "SELECT 1 FROM authorization_codes WHERE code_hash = $1 AND user_id = $2 AND redirect_uri = $3"
        " AND used_at IS NULL AND expires_at > $4",
        digest(text),
        user_id,
        redirect_uri,
        clock.now(),
    )
    return found is not None


async def lock_code(text: str) -> Code | None:
    """The code with this text; whoever else presents it waits until our unit of work has ended."""
    row = await db.fetch_one(
        "SELECT * FROM authorization_codes WHERE code_hash = $1 FOR UPDATE", digest(text)
    )
    if row is None:
        return None
    return Code(
        id=row["id"],
        app_id=row["app_id"],
        user_id=row["user_id"],
        redirect_uri=row["redirect_uri"],
        scopes=_scopes.decode(row["scopes"]),
        challenge=row["challenge"],
        expires_at=row["expires_at"],
        is_used=row["used_at"] is not None,
        token_id=row["token_id"],
    )


async def use_code(code_id: int, token_id: int, at: datetime) -> None:
    """Note what a code was exchanged for."""
    await db.execute(
        "UPDATE authorization_codes SET used_at = $2, token_id = $3 WHERE id = $1", code_id, at, token_id
    )


async def insert_link(
    secret: str, *, kind: str, user_id: int | None, email: str, at: datetime, expires_at: datetime
) -> None:
    """Store a one-time link."""
    await db.execute(
        "INSERT INTO one_time_links (kind, secret_hash, user_id, email, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        kind,
        digest(secret),
        user_id,
        email,
        at,
        expires_at,
    )


async def is_link_open(kind: str, secret: str) -> bool:
    """Whether a link of this kind could be used now."""
    return await find_link(kind, secret) is not None


async def use_link(kind: str, secret: str, at: datetime) -> Link | None:
    """Use a link up; None when there is none, or it is used or too old. Of two at once, one gets it."""
    row = await db.fetch_one(
        "UPDATE one_time_links SET used_at = $3"
        " WHERE secret_hash = $1 AND kind = $2 AND used_at IS NULL AND expires_at > $3"
        " RETURNING user_id, email",
        digest(secret),
        kind,
        at,
    )
    return None if row is None else Link(user_id=row["user_id"], email=row["email"])


async def find_link(kind: str, secret: str) -> Link | None:
    """The link with this secret, while it could be used. It is not used up."""
    row = await db.fetch_one(
        "SELECT user_id, email FROM one_time_links"
        " WHERE secret_hash = $1 AND kind = $2 AND used_at IS NULL AND expires_at > $3",
        digest(secret),
        kind,
        clock.now(),
    )
    return None if row is None else Link(user_id=row["user_id"], email=row["email"])


async def delete_links(kind: str, user_id: int | None) -> None:
    """Forget the links of this kind of a person (None: those that belong to nobody yet)."""
    await db.execute(
        "DELETE FROM one_time_links WHERE kind = $1 AND user_id IS NOT DISTINCT FROM $2", kind, user_id
    )


async def delete_stale(now: datetime, *, codes_before: datetime, apps_before: datetime) -> int:
    """Forget what can never be used again, and apps that nobody ever used; how many rows.

    Used codes are kept until `codes_before`, so that their reuse is noticed.
    """
    deleted = await db.execute("DELETE FROM sessions WHERE expires_at < $1", now)
    deleted += await db.execute("DELETE FROM one_time_links WHERE expires_at < $1", now)
    deleted += await db.execute("DELETE FROM authorization_codes WHERE created_at < $1", codes_before)
    deleted += await db.execute(
        "DELETE FROM apps p WHERE p.created_at < $1"
        " AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.app_id = p.id)"
        " AND NOT EXISTS (SELECT 1 FROM posts WHERE app_id = p.id)"
        " AND NOT EXISTS (SELECT 1 FROM users WHERE created_by_app_id = p.id)",
        apps_before,
    )
    return deleted


def _json(scopes: Sequence[str]) -> str:
    return msgspec.json.encode(scopes).decode()
