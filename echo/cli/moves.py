"""`echoctl accounts alias`, `echoctl accounts move`: for people who cannot do it on their own pages."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from echo.actions import moves
from echo.cli.common import Common, opened, say
from echo.errors import NotFound
from echo.policy.roles import Staff
from echo.store import accounts


async def alias(
    name: str,
    other: str,
    /,
    *,
    remove: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),
) -> None:
    """Name another account as somebody's own, so that it may move here.

    Parameters
    ----------
    name: User name here.
    other: name@domain; with --remove the address that `accounts show` lists.
    remove: Name it no more.
    """
    async with opened(common):
        account_id = await _id_of(name)
        await moves.name_by_staff(Staff.shell(), account_id, other, is_alias=not remove)
        known = (await accounts.get(account_id)).also_known_as
    say(common, {"also_known_as": known}, "\n".join(known) or "no aliases")


async def move(name: str, target: str, /, *, common: Common = Common()) -> None:
    """Let somebody who asked go on as another account, which names this one as an alias: followers go along.

    Parameters
    ----------
    name: User name here.
    target: The new account, name@domain.
    """
    async with opened(common):
        moved_to = await moves.move_by_staff(Staff.shell(), await _id_of(name), target)
    say(common, {"moved_to": moved_to.uri}, f"{name} has moved to {moved_to.uri}; followers are on their way")


async def _id_of(name: str) -> int:
    account = await accounts.find_by_handle(name.removeprefix("@"))
    if account is None or account.domain:
        raise NotFound(f"Nobody here is called {name}")
    return int(account.id)


COMMANDS = (alias, move)
