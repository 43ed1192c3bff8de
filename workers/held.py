"""What moderators let through, after policies held it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from echo.actions import held
from echo.runtime import Runtime


async def take_in(_: Runtime, *, held_id: int) -> None:
    """Take in what was accepted."""
    await held.take_in(held_id)


JOBS: dict[str, Callable[..., Awaitable[None]]] = {"held.take_in": take_in}
