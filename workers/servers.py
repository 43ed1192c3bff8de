"""What is left to do when the block of a server was made, changed or taken back; lists of others."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from echo.actions import block_list_changes, block_lists, server_files, severances
from echo.errors import EchoError, Forbidden, NotFound
from echo.policy.roles import Door, Staff
from echo.runtime import Runtime
from echo.store import block_lists as store
from federation.block_lists import fetch
from workers.later import Later

log = logging.getLogger(__name__)


async def sever(_: Runtime, *, block_id: int, domain: str) -> None:
    """End the follows with a suspended server, a batch at a time."""
    if not await severances.leave_server(block_id):
        raise Later(seconds=0)


async def settle_files(_: Runtime, *, block_id: int, domain: str) -> None:
    """Throw the files of a server away, or show them again, a batch at a time."""
    if not await server_files.settle(domain):
        raise Later(seconds=0)


async def read_list(_: Runtime, *, list_id: int) -> None:
    """Read a list of blocked servers."""
    known = await store.find(list_id)
    if known is None or known.url is None:
        return
    try:
        text = await fetch(known.url)
    except EchoError as error:
        await block_lists.fail(list_id, error.detail or error.public)
        return
    await block_lists.take(list_id, text)


async def apply_list(
    _: Runtime, *, list_id: int, up_to: int, account_id: int | None, address: str, door: Door
) -> None:
    """Do what somebody wants done of a list, a batch at a time, while they may."""
    by = Staff(account_id=account_id, seat=Staff.house().seat, address=address, door=door)
    try:
        is_more = await block_list_changes.apply_more(by, list_id, up_to)
    except (NotFound, Forbidden) as error:
        log.info("the rest of list %s stays as it is: %s", list_id, error.public)
        return
    if is_more:
        raise Later(seconds=0)


async def end_list(_: Runtime, *, list_id: int) -> None:
    """Take back what a removed list brought, a batch at a time."""
    if await block_lists.take_back_more(list_id):
        raise Later(seconds=0)


JOBS: dict[str, Callable[..., Awaitable[None]]] = {
    "servers.apply_list": apply_list,
    "servers.end_list": end_list,
    "servers.read_list": read_list,
    "servers.sever": sever,
    "servers.settle_files": settle_files,
}
