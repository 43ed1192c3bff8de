"""What is left to do when an account is deleted, moves, or avoids a server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from echo.actions import avoided_domains, erasing, moves, newcomers, restraints
from echo.runtime import Runtime
from workers.later import Later


async def erase(_: Runtime, *, account_id: int) -> None:
    """Erase what the account left; waits until other servers were told."""
    if not await erasing.erase(account_id):
        raise Later(seconds=5)


async def leave_domain(_: Runtime, *, account_id: int, domain: str) -> None:
    """End the follows between somebody and a server that they avoid, a batch at a time."""
    if not await avoided_domains.leave(account_id, domain):
        raise Later(seconds=0)


async def follow_inviter(_: Runtime, *, account_id: int) -> None:
    """Somebody new follows who invited them, where the invitation says so."""
    await newcomers.follow_inviter(account_id)


async def move_followers(_: Runtime, *, account_id: int, target_id: int) -> None:
    """Have people here follow the new account in place of the old, a batch at a time."""
    if not await moves.take_along(account_id, target_id):
        raise Later(seconds=0)


async def part_from(_: Runtime, *, account_id: int) -> None:
    """End the follows of somebody suspended elsewhere, a batch at a time."""
    if not await restraints.part_from(account_id):
        raise Later(seconds=0)


JOBS: dict[str, Callable[..., Awaitable[None]]] = {
    "accounts.erase": erase,
    "accounts.follow_inviter": follow_inviter,
    "accounts.leave_domain": leave_domain,
    "accounts.move_followers": move_followers,
    "accounts.part_from": part_from,
}
