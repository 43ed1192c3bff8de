"""Allowing other servers, which counts where `federation.only_allowed` is set."""

from __future__ import annotations

from echo import clock
from echo.actions import staff
from echo.actions.server_blocks import named
from echo.actions.staff import Target
from echo.errors import NotFound
from echo.models import AllowedServer
from echo.policy.deeds import Deed
from echo.policy.roles import Staff


async def allow(by: Staff, domain: str) -> tuple[AllowedServer, bool]:
    """Allow a server, without its subdomains. Returns it, and whether it was not allowed before.

    Raises:  Forbidden; Invalid for what is no domain
    """
    name = named(domain)
    async with staff.acting(by, Deed.DOMAIN_ALLOW, on=Target("domain", name, name)):
        return await AllowedServer.get_or_create(domain=name, defaults={"created_at": clock.now()})


async def disallow(by: Staff, domain: str) -> None:
    """Take that back: nothing is sent to it, fetched from it or taken from it; what is known of it stays.

    Raises:  Forbidden, Invalid, NotFound
    """
    known = await AllowedServer.get_or_none(domain=named(domain))
    if known is None:
        raise NotFound(f"{domain} is not allowed")
    await remove(by, known.id)


async def remove(by: Staff, allow_id: int) -> None:
    """The same by its id. Raises Forbidden, NotFound."""
    known = await AllowedServer.get_or_none(id=allow_id)
    if known is None:
        raise NotFound
    async with staff.acting(by, Deed.DOMAIN_DISALLOW, on=Target("domain", known.domain, known.domain)):
        await known.delete()
