"""`echoctl email-domains`, `networks`, `mailboxes`: who cannot sign up, or do anything."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from cyclopts import App, Parameter

from echo import clock, ports
from echo.actions import canonical_email_blocks, email_domain_blocks, ip_blocks
from echo.actions.email_domain_blocks import EmailDomainDraft
from echo.actions.ip_blocks import IpDraft
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Hours
from echo.errors import NotFound
from echo.kinds_of_fences import IpSeverity
from echo.models import CanonicalEmailBlock, EmailDomainBlock, IpBlock
from echo.policy import emails
from echo.policy.fences import bare
from echo.policy.roles import Staff
from echo.store import canonical_email_blocks as mailbox_store
from echo.store import email_domain_blocks as email_store
from echo.store.ip_blocks import read_address

email_domains = App(name="email-domains", help="Domains of e-mail that nobody signs up with.")
networks = App(name="networks", help="Networks that may do less here.")
mailboxes = App(name="mailboxes", help="Mailboxes that may not sign up, by their hashes.")


@email_domains.command(name="list")
async def list_domains(*, common: Common = Common()) -> None:
    """The blocks, and how often somebody tried in a week."""
    async with opened(common):
        rows = [dict(row) for row in await email_store.listing()]
    say(common, rows, table(rows, empty="none"))


@email_domains.command(name="block")
async def block_domain(
    domain: str,
    *,
    allow_with_approval: Annotated[bool, Parameter(negative="")] = False,
    with_mail_servers: Annotated[bool, Parameter(negative="")] = False,
    hours: Hours = 0,
    common: Common = Common(),
) -> None:
    """Let nobody sign up with a domain and those under it.

    Parameters
    ----------
    allow_with_approval: Do not refuse, but wait for a moderator.
    with_mail_servers: Also block the servers that take its mail, whatever domain they take mail of.
    hours: How long; 0 for good.
    """
    async with opened(common):
        servers = await ports.mail_servers().behind(bare(domain)) if with_mail_servers else []
        draft = EmailDomainDraft(
            domain=domain,
            with_approval=allow_with_approval,
            expires_at=_end(hours),
            mail_servers=[name for name in servers if name != bare(domain) and read_address(name) is None],
        )
        made = await email_domain_blocks.add(Staff.shell(), draft)
    document = {"id": made.id, "domain": made.domain, "mail_servers": list(draft.mail_servers)}
    say(common, document, "blocked" + "".join(f", {name}" for name in draft.mail_servers))


@email_domains.command(name="unblock")
async def unblock_domain(domain: str, *, common: Common = Common()) -> None:
    """Take a block back, with those of mail servers that came with it."""
    async with opened(common):
        known = await EmailDomainBlock.get_or_none(domain=bare(domain))
        if known is None:
            raise NotFound(f"{domain} is not blocked")
        await email_domain_blocks.remove(Staff.shell(), known.id)
    say(common, {"domain": known.domain}, "not blocked any more")


@networks.command(name="list")
async def list_networks(*, common: Common = Common()) -> None:
    """The blocks."""
    async with opened(common):
        found = await IpBlock.all().order_by("id")
        rows: list[dict[str, object]] = [
            {
                "id": block.id,
                "network": block.network,
                "severity": block.severity,
                "comment": block.comment,
                "expires_at": block.expires_at,
            }
            for block in found
        ]
    say(common, rows, table(rows, empty="none"))


@networks.command(name="block")
async def block_network(
    network: str,
    *,
    severity: IpSeverity = IpSeverity.SIGN_UP,
    comment: str = "",
    hours: Hours = 0,
    common: Common = Common(),
) -> None:
    """Block an address or a network.

    Parameters
    ----------
    network: Such as 198.51.100.7 or 2001:db8::/32.
    severity: sign_up_requires_approval, sign_up_block or no_access.
    hours: How long; 0 for good.
    """
    draft = IpDraft(network=network, severity=severity, comment=comment, expires_at=_end(hours))
    async with opened(common):
        made = await ip_blocks.add(Staff.shell(), draft)
    say(common, {"id": made.id, "network": made.network}, f"{made.network}: {made.severity}")


@networks.command(name="unblock")
async def unblock_network(network: str, *, common: Common = Common()) -> None:
    """Take a block back."""
    async with opened(common):
        known = await IpBlock.get_or_none(network=network) or await IpBlock.get_or_none(
            network=f"{network}/{128 if ':' in network else 32}"
        )
        if known is None:
            raise NotFound(f"{network} is not blocked")
        await ip_blocks.remove(Staff.shell(), known.id)
    say(common, {"network": known.network}, "not blocked any more")


@mailboxes.command(name="list")
async def list_mailboxes(*, common: Common = Common()) -> None:
    """The hashes."""
    async with opened(common):
        rows: list[dict[str, object]] = [
            {"id": block.id, "hash": block.hash, "account_id": block.account_id}
            for block in await CanonicalEmailBlock.all().order_by("id")
        ]
    say(common, rows, table(rows, empty="none"))


@mailboxes.command(name="block")
async def block_mailbox(email_or_hash: str, *, common: Common = Common()) -> None:
    """Block a mailbox by an address of it, or by a hash."""
    given = {"email": email_or_hash} if "@" in email_or_hash else {"digest": email_or_hash}
    async with opened(common):
        made = await canonical_email_blocks.add(Staff.shell(), **given)
    say(common, {"id": made.id, "hash": made.hash}, f"blocked: {made.hash}")


@mailboxes.command(name="test")
async def look_up(email: str, *, common: Common = Common()) -> None:
    """Whether an address is blocked."""
    async with opened(common):
        found = await mailbox_store.by_hash(emails.canonical_hash(email))
    say(common, {"blocked": bool(found)}, "blocked" if found else "not blocked")


@mailboxes.command(name="unblock")
async def unblock_mailbox(email_or_hash: str, *, common: Common = Common()) -> None:
    """Take a block back."""
    digest = emails.canonical_hash(email_or_hash) if "@" in email_or_hash else email_or_hash
    async with opened(common):
        found = await mailbox_store.by_hash(digest)
        if not found:
            raise NotFound(f"{email_or_hash} is not blocked")
        await canonical_email_blocks.remove(Staff.shell(), found[0].id)
    say(common, {"hash": digest}, "not blocked any more")


def _end(hours: int) -> datetime | None:
    return clock.now() + timedelta(hours=hours) if hours > 0 else None
