"""Public keys of people elsewhere."""

from __future__ import annotations

import msgspec

from echo import db
from echo.models import Account
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
