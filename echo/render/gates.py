"""What keeps people out at sign-up, and invitations, as moderators and owners see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from echo import addresses
from echo.db import Row
from echo.models import CanonicalEmailBlock, EmailDomainBlock, IpBlock
from echo.render import fence_entities as entities
from echo.render.times import iso, iso_or_none

DAYS = 7


def email_domain_blocks(
    known: Sequence[EmailDomainBlock], tries: Mapping[tuple[int, date], Row], today: date
) -> list[entities.AdminEmailDomainBlock]:
    """Blocks with the tries of a week, today first.

    Shapes:  tries: of `store.email_domain_blocks.tries`
    """
    days = [today - timedelta(days=back) for back in range(DAYS)]
    return [
        entities.AdminEmailDomainBlock(
            id=str(block.id),
            domain=block.domain,
            created_at=iso(block.created_at),
            history=[_day(day, tries.get((block.id, day))) for day in days],
            allow_with_approval=block.with_approval,
            expires_at=iso_or_none(block.expires_at),
        )
        for block in known
    ]


def ip_block(block: IpBlock) -> entities.AdminIpBlock:
    """A blocked network."""
    return entities.AdminIpBlock(
        id=str(block.id),
        ip=block.network,
        severity=block.severity,
        comment=block.comment,
        created_at=iso(block.created_at),
        expires_at=iso_or_none(block.expires_at),
    )


def canonical_email_block(block: CanonicalEmailBlock) -> entities.AdminCanonicalEmailBlock:
    """A mailbox that may not sign up."""
    return entities.AdminCanonicalEmailBlock(id=str(block.id), canonical_email_hash=block.hash)


def invite(row: Row) -> entities.Invite:
    """Shapes:  row: of `store.invites.page`"""
    return entities.Invite(
        id=str(row["id"]),
        code=row["code"],
        url=addresses.here().invite(row["code"]),
        owner=row["owner"],
        comment=row["comment"],
        max_uses=row["max_uses"],
        uses=row["uses"],
        autofollow=row["autofollow"],
        open=row["is_open"],
        expires_at=iso_or_none(row["expires_at"]),
        created_at=iso(row["created_at"]),
    )


def _day(day: date, row: Row | None) -> entities.EmailDomainTries:
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    return entities.EmailDomainTries(
        day=str(start),
        accounts=str(row["accounts"] if row else 0),
        uses=str(int(row["uses"]) if row else 0),
    )
