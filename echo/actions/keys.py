"""Keys of accounts here: the ones that older accounts lack, and new ones in the place of old ones."""

from __future__ import annotations

import time
from datetime import timedelta

from echo import clock, db
from echo.actions.staff import Target, acting
from echo.events import AccountChanged
from echo.policy.deeds import Deed
from echo.policy.keys import new_ed25519_pair, new_key_pairs
from echo.policy.roles import Staff
from echo.store import accounts, signing_keys
from echo.store.signing_keys import Held

# The news of new keys is signed with the old ones, and goes out before anything that the new ones sign.
SHORTEST, LONGEST = timedelta(seconds=20), timedelta(minutes=5)
# As long as that news may be tried.
RETIRED = timedelta(days=8)
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


async def document_key(account_id: int) -> Held:
    """The private key with which documents of somebody here are signed, made when there is none yet.

    Raises:  NotFound
    """
    held = await signing_keys.document_key(account_id)
    if not held.private_pem:
        async with db.unit_of_work():
            await db.wait_for_disk()  # what is signed leaves, and must be checked with this key for ever
            await signing_keys.add_ed25519({account_id: new_ed25519_pair()})
            # Another process may have been first.
            held = await signing_keys.document_key(account_id)
    return held


async def change(account_id: int) -> bool:
    """Begin to change the keys of somebody here: the next ones are made and announced, signed with the
    present ones; `replace` puts them in their place. Killed anywhere in between, it goes on from there.

    Returns: False when a change is under way already
    Raises:  NotFound for who has no keys
    """
    await signing_keys.private_key(account_id)
    pairs = await new_key_pairs()
    async with db.unit_of_work() as unit:
        await db.wait_for_disk()
        generation = await signing_keys.prepare(account_id, pairs)
        if generation is not None:
            account = await accounts.get_locked(account_id)
            account.version += 1
            await account.save(update_fields=["version"])
            unit.emit(AccountChanged(local=True, account_id=account_id))
    return generation is not None


async def change_by_staff(by: Staff, account_id: int) -> bool:
    """The same by an operator. Raises Forbidden besides."""
    target = Target("account", account_id, (await accounts.get(account_id)).username)
    async with acting(by, Deed.ACCOUNT_KEYS, on=target):
        return await change(account_id)


async def replace() -> list[int]:
    """Put announced keys in the place of the old ones: when each server was told of them once, or after a
    while. Returns whose."""
    now = clock.now()
    replaced: list[int] = []
    async with db.unit_of_work():
        await db.wait_for_disk()
        replaced = await signing_keys.replace_announced(
            tried_before=now - SHORTEST, at_latest=now - LONGEST, limit=_BATCH_ROWS
        )
        await signing_keys.forget_retired(now - RETIRED)
    return replaced
