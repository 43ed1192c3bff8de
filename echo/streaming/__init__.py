"""Live streams."""

from __future__ import annotations

from quart import Quart


class Hub:
    """The sockets of a process."""

    async def close(self, *, within_seconds: float) -> None:
        """Close them all."""


def hub_of(_: Quart) -> Hub:
    """The hub of an application."""
    return Hub()
