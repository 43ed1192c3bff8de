"""Whether people are here: tells those who may know it that somebody wants to be seen, or not to be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from echo.runtime import Runtime
from echo.streaming import attendance


async def tell(_: Runtime, *, account_id: int) -> None:
    """Tell what somebody is now; nothing when others were told that already."""
    await attendance.tell([account_id])


JOBS: dict[str, Callable[..., Awaitable[None]]] = {"presence.tell": tell}
