"""What is left to do when an account is deleted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from echo.actions import erasing
from echo.runtime import Runtime
from workers.later import Later


async def erase(_: Runtime, *, account_id: int) -> None:
    """Erase what the account left; waits until other servers were told."""
    if not await erasing.erase(account_id):
        raise Later(seconds=5)


JOBS: dict[str, Callable[..., Awaitable[None]]] = {"accounts.erase": erase}
