"""Avoiding whole servers: their people are out of sight, and out of reach."""

from __future__ import annotations

from echo import addresses, db, settings
from echo.actions import follows
from echo.actions.notify import tell_of_severed
from echo.errors import FieldError, Invalid
from echo.events import DomainAvoided, DomainWelcomed
from echo.kinds import FollowState, SeveranceKind
from echo.policy import domains
from echo.store import avoided_domains, notifications, severances

BATCH = 100


async def avoid(account_id: int, text: str) -> None:
    """Meet nobody of a server any more; a job ends the follows. Twice is once.

    Raises:  Invalid for what is no domain, and for our own
    """
    domain = read(text)
    here = addresses.here()
    if domain is None or domain in (here.domain.lower(), here.host.lower()):
        reason = FieldError("ERR_INVALID", "is not a valid domain name")
        raise Invalid(f"Validation failed: Domain {reason.description}", details={"domain": [reason]})
    async with db.unit_of_work() as unit:
        is_new = await db.execute(
            "INSERT INTO avoided_domains (account_id, domain, created_at) VALUES ($1, $2, now())"
            " ON CONFLICT (account_id, domain) DO NOTHING",
            account_id,
            domain,
        )
        if is_new:
            ended = await avoided_domains.count_follows(account_id, domain)
            await tell_of_severed(
                unit,
                account_id,
                SeveranceKind.OWN_BLOCK,
                domain,
                followers=ended["followers"],
                following=ended["following"],
            )
            unit.emit(DomainAvoided(local=True, account_id=account_id, domain=domain))


async def welcome(account_id: int, text: str) -> None:
    """Meet them again; follows do not come back by themselves. Nothing happens when it was not avoided."""
    domain = read(text)
    async with db.unit_of_work() as unit:
        was_avoided = await db.execute(
            "DELETE FROM avoided_domains WHERE account_id = $1 AND domain = $2", account_id, domain or ""
        )
        if was_avoided:
            unit.emit(DomainWelcomed(local=True, account_id=account_id, domain=domain or ""))


async def leave(account_id: int, domain: str) -> bool:
    """End the follows between somebody and a server they avoid, and what its people told them.

    Returns: whether everything is done; a batch at a time, so that no transaction is long
    """
    async with db.unit_of_work() as unit:
        await notifications.delete_from_domain(account_id, domain)
        found = await avoided_domains.follows_with(account_id, domain, BATCH)
        severance_id = await severances.latest(account_id, SeveranceKind.OWN_BLOCK, domain)
        if severance_id is not None:
            ended = [known for known in found if known.state == FollowState.ACCEPTED]
            await severances.keep(severance_id, account_id, ended)
        for known in found:
            if known.follower_id == account_id:
                await follows.end(unit, known, local=True)
            else:
                await follows.refuse(unit, known, local=True)
    return len(found) < BATCH


def read(text: str) -> str | None:
    """A domain as somebody typed it, in the form that accounts have it; None for what is none."""
    return domains.normal(text, with_port=settings.here().dev.enabled)
