"""Blocks of servers, made from the shell."""

from __future__ import annotations

from echo.actions import server_allows, server_blocks
from echo.actions.server_blocks import BlockDraft
from echo.kinds import BlockSeverity
from echo.policy.roles import Staff

SHELL = Staff.shell()


async def block(domain: str, severity: BlockSeverity = BlockSeverity.SUSPEND, **more: object) -> int:
    """Block a server; how many accounts of it are known."""
    draft = BlockDraft(domain=domain, severity=severity, **more)  # type: ignore[arg-type]
    return await server_blocks.block(SHELL, draft)


async def unblock(domain: str) -> int:
    """Take that back."""
    return await server_blocks.unblock(SHELL, domain)


async def allow(domain: str) -> bool:
    """Allow a server; whether it was not allowed before."""
    return (await server_allows.allow(SHELL, domain))[1]


async def disallow(domain: str) -> None:
    """Take that back."""
    await server_allows.disallow(SHELL, domain)
