"""Reading lists of blocked servers where somebody publishes them, through the one guarded client."""

from __future__ import annotations

from echo.errors import Unavailable
from federation.errors import FederationError
from federation.network import network

ACCEPT = "text/csv, text/plain;q=0.9, */*;q=0.1"
LIST_BYTES = 8 * 1024 * 1024


async def fetch(url: str) -> str:
    """The text of a list. Raises Unavailable with the reason."""
    try:
        answer = await network().client.get(url, accept=ACCEPT, limit_bytes=LIST_BYTES)
    except FederationError as error:
        raise Unavailable(detail=str(error)) from error
    return answer.body.decode("utf-8", errors="replace").replace("\x00", "")
