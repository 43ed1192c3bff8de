"""`echoctl accounts rotate-keys`: new keys for an account or for the server."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from echo.actions import keys, server_actor
from echo.cli.common import Common, opened, say
from echo.errors import Invalid, NotFound
from echo.policy.roles import Staff
from echo.store import accounts


async def rotate_keys(
    handle: str = "", /, *, server: Annotated[bool, Parameter(negative="")] = False, common: Common = Common()
) -> None:
    """Give an account new keys. Other servers are told under the old ones; workers change them in minutes.

    Parameters
    ----------
    handle: User name.
    server: The keys of the server itself, with which it asks others.
    """
    if server is bool(handle):
        raise Invalid("Either a user name or --server")
    async with opened(common):
        account_id = await server_actor.ensure() if server else await _id_of(handle)
        has_begun = await keys.change_by_staff(Staff.shell(), account_id)
    said = (
        "new keys are announced" if has_begun else "new keys were announced before, and take their place soon"
    )
    say(common, {"account": str(account_id), "begun": has_begun}, said)


async def _id_of(handle: str) -> int:
    account = await accounts.find_by_handle(handle.removeprefix("@"))
    if account is None:
        raise NotFound(f"Nobody here is called {handle}")
    return int(account.id)
