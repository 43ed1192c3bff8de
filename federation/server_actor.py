"""The account that stands for this server; it exists from the first start on."""

from __future__ import annotations

from echo.actions import server_actor


async def ensure_server_actor() -> int:
    """The id of the server's own account, which is made when there is none."""
    return await server_actor.ensure()
