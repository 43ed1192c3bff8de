"""Keys: public ones of people elsewhere, and private ones of people here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from echo import clock, db
from echo.errors import NotFound
from echo.models import Account, AccountKey
from echo.policy.keys import KeyPair, KeyPairs
from echo.store import loading


async def find_owner(key_id: str) -> Account | None:
    """The account of another server that lists a key with this id, or whose id the key hangs on."""
    base = key_id.partition("#")[0]
    # BookWyrm puts a slash before "#".
    found = await loading.first(Account, "uri = ANY($1)", list({base, base.rstrip("/")}))
    if found is not None and found.host:
        return found
    account_id = await db.fetch_value(
        "SELECT id FROM accounts WHERE host <> '' AND public_keys @> $1::jsonb LIMIT 1",
        msgspec.json.encode([{"id": key_id}]).decode(),
    )
    return None if account_id is None else await loading.first(Account, "id = $1", account_id)


@dataclass(frozen=True, slots=True)
class Held:
    """A private key of somebody here, PKCS #8 PEM, and which of theirs it is."""

    private_pem: str
    generation: int


async def private_key(account_id: int, generation: int | None = None) -> Held:
    """The key with which somebody here signs requests now, or did before the last change.

    Raises:  NotFound
    """
    key = await AccountKey.get_or_none(account_id=account_id)
    if key is None:
        raise NotFound(detail=f"account {account_id} has no key")
    if key.retired_private_pem and generation == key.generation - 1:
        return Held(key.retired_private_pem, key.generation - 1)
    return Held(key.private_pem, key.generation)


async def document_key(account_id: int) -> Held:
    """The key with which somebody here signs documents; its PEM is empty when it was not made yet.

    Raises:  NotFound
    """
    key = await AccountKey.get_or_none(account_id=account_id)
    if key is None:
        raise NotFound(detail=f"account {account_id} has no key")
    return Held(key.ed25519_private_pem, key.generation)


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


async def prepare(account_id: int, pairs: KeyPairs) -> int | None:
    """Store the next keys of somebody here, beside the ones they have.

    Returns: the generation of the present ones; None when next ones are there already, or there are no keys
    """
    generation: int | None = await db.fetch_value(
        "UPDATE account_keys SET next_private_pem = $2, next_public_pem = $3, next_ed25519_private_pem = $4,"
        " next_ed25519_public_pem = $5, changed_at = $6"
        " WHERE account_id = $1 AND next_private_pem = '' RETURNING generation",
        account_id,
        pairs.rsa.private_pem,
        pairs.rsa.public_pem,
        pairs.ed25519.private_pem,
        pairs.ed25519.public_pem,
        clock.now(),
    )
    return generation


async def replace_announced(*, tried_before: datetime, at_latest: datetime, limit: int) -> list[int]:
    """Put next keys in the place of the present ones, where everybody was told of them once.

    Shapes:  tried_before: keys that were made later wait; at_latest: those made earlier wait for nobody
    Returns: whose
    """
    rows = await db.fetch(_REPLACE, tried_before, at_latest, limit)
    return [row["account_id"] for row in rows]


_REPLACE = """
    UPDATE account_keys SET generation = generation + 1, retired_private_pem = private_pem,
        private_pem = next_private_pem, public_pem = next_public_pem,
        ed25519_private_pem = next_ed25519_private_pem, ed25519_public_pem = next_ed25519_public_pem,
        next_private_pem = '', next_public_pem = '', next_ed25519_private_pem = '',
        next_ed25519_public_pem = ''
    WHERE account_id IN (
        SELECT k.account_id FROM account_keys k
        WHERE k.next_private_pem <> '' AND (k.changed_at < $2 OR (k.changed_at < $1 AND EXISTS (
            SELECT 1 FROM outbound_activities a
            WHERE a.sender_id = k.account_id AND a.key_generation = k.generation AND NOT EXISTS (
                SELECT 1 FROM deliveries d
                WHERE d.activity_id = a.id AND d.state = 'pending' AND d.attempts = 0))))
        ORDER BY k.account_id LIMIT $3 FOR UPDATE)
    RETURNING account_id
"""


async def forget_retired(before: datetime) -> None:
    """Throw away old keys, when nothing is under way that they sign."""
    await db.execute(
        "UPDATE account_keys SET retired_private_pem = ''"
        " WHERE retired_private_pem <> '' AND changed_at < $1",
        before,
    )
