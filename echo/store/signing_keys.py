"""Keys: public ones of people elsewhere, and the Ed25519 keys of people here."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from echo import db
from echo.models import Account
from echo.policy.keys import KeyPair
from echo.store import loading


async def find_owner(key_id: str) -> Account | None:
    """The account of another server that lists a key with this id, or whose id the key hangs on."""
    found = await loading.first(Account, "uri = $1", key_id.partition("#")[0])
    if found is not None and found.host:
        return found
    account_id = await db.fetch_value(
        "SELECT id FROM accounts WHERE host <> '' AND public_keys @> $1::jsonb LIMIT 1",
        msgspec.json.encode([{"id": key_id}]).decode(),
    )
    return None if account_id is None else await loading.first(Account, "id = $1", account_id)


async def ed25519_private_pem(account_id: int) -> str | None:
    """The Ed25519 key of somebody here, PKCS #8 PEM; empty: not made yet; None: they have no keys."""
    pem: str | None = await db.fetch_value(
        "SELECT ed25519_private_pem FROM account_keys WHERE account_id = $1", account_id
    )
    return pem


async def lacking_ed25519(*, limit: int) -> list[int]:
    """People here who have no Ed25519 key yet."""
    rows = await db.fetch(
        "SELECT account_id FROM account_keys WHERE ed25519_private_pem = '' ORDER BY account_id LIMIT $1",
        limit,
    )
    return [row["account_id"] for row in rows]


async def add_ed25519(pairs: Mapping[int, KeyPair]) -> int:
    """Store Ed25519 keys of those who have none; a key that is there stays. How many were stored."""
    return await db.execute(
        "UPDATE account_keys k SET ed25519_private_pem = new.private_pem, ed25519_public_pem = new.public_pem"
        " FROM unnest($1::bigint[], $2::text[], $3::text[]) AS new(account_id, private_pem, public_pem)"
        " WHERE k.account_id = new.account_id AND k.ed25519_private_pem = ''",
        list(pairs),
        [pair.private_pem for pair in pairs.values()],
        [pair.public_pem for pair in pairs.values()],
    )
