"""Another name for somebody here. Ids never hold a name: followers, posts and tokens stay as they are."""

from __future__ import annotations

from datetime import timedelta

from echo import clock, db
from echo.actions import staff
from echo.actions.logins import require_password
from echo.actions.staff import Target
from echo.addresses import here
from echo.errors import Invalid
from echo.events import AccountChanged
from echo.kinds import AccountKind
from echo.models import Account, FormerName
from echo.policy import usernames
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import accounts, search_accounts, users

# How often somebody may take another name by themselves: others must be able to keep up.
REST = timedelta(days=30)


async def rename_oneself(account_id: int, password: str, username: str) -> Account:
    """Somebody takes another name, at most once in `REST`.

    Returns: the account with its new name
    Raises:  Invalid for a wrong password, a name that cannot be used, and too soon
    """
    await require_password(account_id, password)
    problem = usernames.problem(usernames.normal(username))
    if problem is not None:
        raise Invalid(f"The name {problem.description}")
    async with db.unit_of_work():
        await accounts.get_locked(account_id)
        if await FormerName.filter(account_id=account_id, created_at__gt=clock.now() - REST).exists():
            raise Invalid(f"You have taken another name less than {REST.days} days ago")
        return await rename(account_id, username)


async def rename_by_staff(by: Staff, account_id: int, username: str) -> Account:
    """The same by an operator, at any time. Raises Forbidden besides."""
    on = Target("account", account_id, (await accounts.get(account_id)).username)
    async with staff.acting(by, Deed.ACCOUNT_RENAME, on=on, details={"to": username}):
        return await rename(account_id, username)


async def rename(account_id: int, username: str) -> Account:
    """Call somebody here otherwise, and tell the servers of their followers.

    The old name is kept for them: it leads here, nobody else gets it, and they may take it again.

    Returns: the account with its new name
    Raises:  Invalid for a name that cannot be used or is somebody else's; NotFound
    """
    wanted = usernames.normal(username)
    problem = usernames.problem(wanted, allow_reserved=True)
    if problem is not None:
        raise Invalid(f"The name {problem.description}")
    async with db.unit_of_work() as unit:
        account = await accounts.get_locked(account_id)
        if account.domain or account.kind == AccountKind.APPLICATION:
            raise Invalid("Only people of this server can be renamed here")
        if wanted == account.username_key:
            return account
        await FormerName.filter(username_key=wanted, account_id=account.id).delete()
        if await users.is_username_taken(wanted):
            raise Invalid("The name has already been taken")
        await FormerName.create(
            username_key=account.username_key, account_id=account.id, created_at=clock.now()
        )
        account.username, account.username_key = wanted, wanted
        account.url = here().profile_page(wanted)
        account.version += 1
        await account.save(update_fields=["username", "username_key", "url", "version"])
        await search_accounts.keep(account)
        unit.emit(AccountChanged(local=True, account_id=account.id))
    return account
