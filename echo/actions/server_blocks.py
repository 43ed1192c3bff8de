"""Blocking other servers.

silence   their people are found by those who look for them, and not in public timelines
suspend   nothing is taken from them, sent to them or shown of them
"""

from __future__ import annotations

import re

from echo import clock, db
from echo.errors import Invalid, NotFound
from echo.kinds import BlockSeverity
from echo.models import ServerBlock
from echo.store import server_blocks

_DOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")


async def block(
    domain: str, severity: BlockSeverity, *, reason: str = "", note: str = "", obfuscate: bool = False
) -> int:
    """Block a server with its subdomains, or change a block. Returns how many accounts that concerns.

    Raises:  Invalid for what is no domain
    """
    name = named(domain)
    async with db.unit_of_work():
        await _take_away(name)
        made = await ServerBlock.create(
            domain=name,
            severity=severity.value,
            reason=reason,
            note=note,
            obfuscate=obfuscate,
            created_at=clock.now(),
        )
        return await server_blocks.mark_accounts(name, severity, made.created_at)


async def unblock(domain: str) -> int:
    """Take a block back. Returns how many accounts that concerns. Raises NotFound."""
    async with db.unit_of_work():
        freed = await _take_away(domain.strip().strip(".").lower())
    if freed is None:
        raise NotFound(f"{domain} is not blocked")
    return freed


def named(domain: str) -> str:
    """A domain as it is compared. Raises Invalid for what is none."""
    name = domain.strip().strip(".").lower()
    if _DOMAIN.fullmatch(name) is None:
        raise Invalid(f"{domain} is no domain")
    return name


async def _take_away(domain: str) -> int | None:
    known = await ServerBlock.get_or_none(domain=domain)
    if known is None:
        return None
    await known.delete()
    return await server_blocks.unmark_accounts(domain, BlockSeverity(known.severity), known.created_at)
