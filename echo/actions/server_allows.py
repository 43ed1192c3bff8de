"""Allowing other servers, which counts where `federation.only_allowed` is set."""

from __future__ import annotations

from echo import clock
from echo.actions.server_blocks import named
from echo.errors import NotFound
from echo.models import AllowedServer


async def allow(domain: str) -> bool:
    """Allow a server, without its subdomains. Returns whether it was not allowed before.

    Raises:  Invalid for what is no domain
    """
    _, is_new = await AllowedServer.get_or_create(domain=named(domain), defaults={"created_at": clock.now()})
    return is_new


async def disallow(domain: str) -> None:
    """Take that back: nothing is sent to it, fetched from it or taken from it; what is known of it stays.

    Raises:  Invalid, NotFound
    """
    if not await AllowedServer.filter(domain=named(domain)).delete():
        raise NotFound(f"{domain} is not allowed")
