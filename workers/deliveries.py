"""The drain of deliveries."""

from __future__ import annotations

from echo.jobs import Queue
from echo.runtime import Runtime
from federation.delivery import Drain
from workers.bells import Bells


async def drain(runtime: Runtime, bells: Bells, owner: str) -> None:
    """Deliver what is due for ever."""
    runtime.bind()

    async def wait(seconds: float) -> None:
        await bells.wait(Queue.DELIVERIES, seconds)

    await Drain(owner).run(wait)
