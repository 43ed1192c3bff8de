"""Uploaded files that are not ready at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from echo.actions import processing
from echo.runtime import Runtime


async def process(_: Runtime, *, media_id: int) -> None:
    """Make a video, a recording or a moving GIF ready."""
    await processing.process(media_id)


async def convert(_: Runtime, *, media_id: int) -> None:
    """Make an image ready that came when many came."""
    await processing.process(media_id)


JOBS: dict[str, Callable[..., Awaitable[None]]] = {"media.process": process, "media.convert": convert}
