"""Domains of e-mail that nobody signs up with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from echo import clock, db
from echo.actions import staff
from echo.actions.server_blocks import named
from echo.actions.staff import Target
from echo.errors import FieldError, Invalid, NotFound
from echo.models import EmailDomainBlock
from echo.policy.deeds import Deed
from echo.policy.roles import Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailDomainDraft:
    """Shapes:  with_approval: not refused, a moderator decides; mail_servers: their names, blocked with it"""

    domain: str
    with_approval: bool = False
    expires_at: datetime | None = None
    mail_servers: Sequence[str] = ()


async def add(by: Staff, draft: EmailDomainDraft) -> EmailDomainBlock:
    """Let nobody sign up with a domain and those under it.

    Raises:  Forbidden; Invalid for what is no domain, and when it is blocked already
    """
    name = named(draft.domain)
    details: dict[str, object] = {"allow_with_approval": draft.with_approval}
    if draft.mail_servers:
        details["mail_servers"] = list(draft.mail_servers)
    async with staff.acting(
        by, Deed.EMAIL_DOMAIN_BLOCK, on=Target("email_domain", name, name), details=details
    ):
        if await EmailDomainBlock.exists(domain=name):
            reason = FieldError("ERR_TAKEN", "has already been taken")
            raise Invalid(f"Validation failed: Domain {reason.description}", details={"domain": [reason]})
        made = await EmailDomainBlock.create(
            domain=name,
            with_approval=draft.with_approval,
            expires_at=draft.expires_at,
            created_at=clock.now(),
        )
        for server in dict.fromkeys(named(text) for text in draft.mail_servers):
            await db.execute(
                "INSERT INTO email_domain_blocks (domain, with_approval, parent_id, expires_at, created_at)"
                " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (domain) DO NOTHING",
                server,
                made.with_approval,
                made.id,
                made.expires_at,
                made.created_at,
            )
    return made


async def remove(by: Staff, block_id: int) -> None:
    """Take a block back, with those of the mail servers that came with it. Raises Forbidden, NotFound."""
    known = await EmailDomainBlock.get_or_none(id=block_id)
    if known is None:
        raise NotFound
    async with staff.acting(
        by, Deed.EMAIL_DOMAIN_UNBLOCK, on=Target("email_domain", known.domain, known.domain)
    ):
        await EmailDomainBlock.filter(parent_id=known.id).delete()
        await known.delete()
