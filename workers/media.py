"""Uploaded files that are not ready at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from echo.actions import processing
from echo.runtime import Runtime


async def process(_: Runtime, *, media_id: int) -> None:
    """Make a video, a recording or a moving GIF ready."""
    await processing.process(media_id)


JOBS: dict[str, Callable[..., Awaitable[None]]] = {"media.process": process}
