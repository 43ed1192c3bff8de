"""Keys of accounts here that were made before there were keys of this kind."""

from __future__ import annotations

import time

from echo import db
from echo.errors import NotFound
from echo.policy.keys import new_ed25519_pair
from echo.store import signing_keys

_BATCH_ROWS = 500


async def complete(seconds: float) -> int:
    """Give an Ed25519 key to those who have none. Goes on where the last run ended; how many got one.

    Shapes:  seconds: when to stop
    """
    ends_at = time.monotonic() + seconds
    made = 0
    while lacking := await signing_keys.lacking_ed25519(limit=_BATCH_ROWS):
        async with db.unit_of_work():
            made += await signing_keys.add_ed25519({each: new_ed25519_pair() for each in lacking})
        if time.monotonic() > ends_at:
            break
    return made


async def document_key(account_id: int) -> str:
    """The private key with which documents of somebody here are signed, made when there is none yet.

    Returns: PKCS #8 PEM
    Raises:  NotFound
    """
    pem = await signing_keys.ed25519_private_pem(account_id)
    if pem == "":
        async with db.unit_of_work():
            await db.wait_for_disk()  # what is signed leaves, and must be checked with this key for ever
            await signing_keys.add_ed25519({account_id: new_ed25519_pair()})
            # Another process may have been first.
            pem = await signing_keys.ed25519_private_pem(account_id)
    if not pem:
        raise NotFound(detail=f"account {account_id} has no key")
    return pem
