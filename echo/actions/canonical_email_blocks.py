"""Mailboxes that may not sign up again, however their address is spelled. Only a hash of it is kept."""

from __future__ import annotations

import re

from echo import clock, db
from echo.actions import staff
from echo.actions.staff import Target
from echo.errors import FieldError, Invalid, NotFound
from echo.models import CanonicalEmailBlock
from echo.policy import emails
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import canonical_email_blocks

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


async def add(by: Staff, *, email: str = "", digest: str = "") -> CanonicalEmailBlock:
    """Block a mailbox by an address of it, or by the hash; one that is blocked is answered as it is.

    Raises:  Forbidden; Invalid for what is neither
    """
    chosen = emails.canonical_hash(email) if email else digest.strip().lower()
    if not _HASH.fullmatch(chosen) or (email and emails.problem(emails.normal(email))):
        reason = FieldError("ERR_INVALID", "is invalid") if email or digest else _BLANK
        raise Invalid(
            f"Validation failed: Canonical email hash {reason.description}",
            details={"canonical_email_hash": [reason]},
        )
    async with staff.acting(by, Deed.CANONICAL_EMAIL_BLOCK, on=Target("canonical_email", chosen, chosen)):
        known, _ = await CanonicalEmailBlock.get_or_create(hash=chosen, defaults={"created_at": clock.now()})
    return known


async def look_up(by: Staff, email: str) -> list[CanonicalEmailBlock]:
    """Which blocks an address would meet; that somebody asked is written down. Raises Forbidden."""
    digest = emails.canonical_hash(email)
    async with staff.acting(by, Deed.CANONICAL_EMAIL_TEST, on=Target("canonical_email", digest, digest)):
        return await canonical_email_blocks.by_hash(digest)


async def remove(by: Staff, block_id: int) -> None:
    """Take a block back. Raises Forbidden, NotFound."""
    known = await canonical_email_blocks.find(block_id)
    if known is None:
        raise NotFound
    async with staff.acting(
        by, Deed.CANONICAL_EMAIL_UNBLOCK, on=Target("canonical_email", known.hash, known.hash)
    ):
        await known.delete()


async def shut_out(account_id: int) -> None:
    """Block the mailbox of somebody here who is suspended, inside the caller's unit of work."""
    email = await db.fetch_value("SELECT email FROM users WHERE id = $1", account_id)
    if email:
        await db.execute(
            "INSERT INTO canonical_email_blocks (hash, account_id, created_at) VALUES ($1, $2, $3)"
            " ON CONFLICT (hash) DO NOTHING",
            emails.canonical_hash(email),
            account_id,
            clock.now(),
        )


async def let_in(account_id: int) -> None:
    """Take back the block that a suspension made, inside the caller's unit of work."""
    await CanonicalEmailBlock.filter(account_id=account_id).delete()


_BLANK = FieldError("ERR_BLANK", "can't be blank")
