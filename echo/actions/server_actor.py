"""The account that stands for this server: it signs what the server asks of others."""

from __future__ import annotations

from echo import addresses, clock, db, ids
from echo.actions.sign_up import insert_keys, new_account
from echo.kinds import AccountKind
from echo.models import Account, AccountStats
from echo.policy.keys import new_key_pairs


async def ensure() -> int:
    """The id of the server's own account, which is made at the first start.

    Its name is the handle host: with a dot in it nobody can sign up with it.
    """
    username = addresses.here().domain.partition(":")[0]
    known = await _find(username)
    if known is not None:
        return known
    keys = await new_key_pairs()
    now = clock.now()
    try:
        async with db.unit_of_work():
            account = new_account(ids.new_id(), username, at=now, kind=AccountKind.APPLICATION)
            account.locked = True
            account.url = addresses.here().base + "/"
            await account.save(force_create=True)
            await insert_keys(account.id, keys, at=now)
            await AccountStats.create(account_id=account.id)
    except db.TAKEN:
        # Another process was first.
        known = await _find(username)
        if known is None:
            raise
        return known
    return int(account.id)


async def _find(username: str) -> int | None:
    found = await Account.get_or_none(
        username_key=username.lower(), domain="", kind=AccountKind.APPLICATION.value
    )
    return None if found is None else found.id
