"""Registered apps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from echo import db
from echo.db import Row
from echo.policy.authorization import Client
from echo.policy.secret_texts import digest, same

_texts = msgspec.json.Decoder(tuple[str, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedApp:
    """An app that holds tokens of a person."""

    app_id: int
    name: str
    website: str | None
    scopes: tuple[str, ...]
    connected_at: datetime
    used_at: datetime | None


async def insert(
    *,
    name: str,
    website: str | None,
    redirect_uris: Sequence[str],
    scopes: Sequence[str],
    client_id: str,
    secret: str,
    at: datetime,
) -> int:
    """Store an app; its id."""
    app_id: int = await db.fetch_value(
        "INSERT INTO apps (name, website, redirect_uris, scopes, client_id, secret_hash, created_at)"
        " VALUES ($1, $2, $3::jsonb, $4::jsonb, $5, $6, $7) RETURNING id",
        name,
        website,
        msgspec.json.encode(redirect_uris).decode(),
        msgspec.json.encode(scopes).decode(),
        client_id,
        digest(secret),
        at,
    )
    return app_id


async def find(app_id: int) -> Client | None:
    """The app with this id."""
    row = await db.fetch_one("SELECT * FROM apps WHERE id = $1", app_id)
    return None if row is None else _client(row)


async def find_by_client_id(client_id: str) -> Client | None:
    """The app that calls itself so; its secret was not checked."""
    row = await db.fetch_one("SELECT * FROM apps WHERE client_id = $1", client_id)
    return None if row is None else _client(row)


async def find_by_credentials(client_id: str, secret: str) -> Client | None:
    """The app with this id, when the secret is its own."""
    row = await db.fetch_one("SELECT * FROM apps WHERE client_id = $1", client_id)
    if row is None or not same(row["secret_hash"], digest(secret)):
        return None
    return _client(row)


async def connected_to(user_id: int) -> list[ConnectedApp]:
    """The apps that hold tokens of a person, the newest first, each once with all its scopes."""
    rows = await db.fetch(
        """SELECT p.id, p.name, p.website, min(t.created_at) AS connected_at,
                  max(t.last_used_at) AS used_at,
                  (SELECT jsonb_agg(DISTINCT scope) FROM tokens held, jsonb_array_elements(held.scopes) scope
                   WHERE held.app_id = p.id AND held.user_id = $1 AND held.revoked_at IS NULL) AS scopes
           FROM tokens t JOIN apps p ON p.id = t.app_id
           WHERE t.user_id = $1 AND t.revoked_at IS NULL
           GROUP BY p.id ORDER BY max(t.created_at) DESC LIMIT 200""",
        user_id,
    )
    return [
        ConnectedApp(
            app_id=row["id"],
            name=row["name"],
            website=row["website"],
            scopes=_texts.decode(row["scopes"] or "[]"),
            connected_at=row["connected_at"],
            used_at=row["used_at"],
        )
        for row in rows
    ]


def _client(row: Row) -> Client:
    return Client(
        app_id=row["id"],
        name=row["name"],
        website=row["website"],
        client_id=row["client_id"],
        redirect_uris=_texts.decode(row["redirect_uris"]),
        scopes=_texts.decode(row["scopes"]),
    )
