"""Networks that are blocked get nothing here, whatever they ask for."""

from __future__ import annotations

from typing import cast

from quart import Quart, current_app

from echo.errors import Forbidden
from echo.http.access import caller_address
from echo.store.ip_blocks import Fence

_FENCE = "echo_fence"


def install(app: Quart) -> None:
    """Look at where each request comes from, before anything else is done for it."""
    app.extensions[_FENCE] = Fence()
    app.before_request(_stop)


def of(app: Quart) -> Fence:
    """The fence of an application."""
    return cast(Fence, app.extensions[_FENCE])


async def shuts_out(address: str) -> bool:
    """Whether an address gets nothing here."""
    return await of(current_app).shuts_out(address)


async def _stop() -> None:
    if await shuts_out(caller_address()):
        raise Forbidden("Your network may not use this server")
