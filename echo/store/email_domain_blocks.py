"""Domains of e-mail that nobody signs up with, and who tried."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from echo import db
from echo.db import Row
from echo.models import EmailDomainBlock
from echo.store import loading
from echo.store.cursor import Cursor
from echo.store.patterns import literal
from echo.store.server_blocks import names_of


async def any_there(at: datetime) -> bool:
    """Whether any domain is blocked: otherwise nobody has to ask which servers take mail."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT 1 FROM email_domain_blocks WHERE expires_at IS NULL OR expires_at > $1)",
            at,
        )
    )


async def covering(domains: Iterable[str], at: datetime) -> list[EmailDomainBlock]:
    """The blocks of these domains, and of those that they are under."""
    rows = await db.fetch(
        f"SELECT {loading.columns(EmailDomainBlock, 'b')} FROM email_domain_blocks b"
        " WHERE b.domain = ANY($1) AND (b.expires_at IS NULL OR b.expires_at > $2)",
        sorted({name for domain in domains for name in names_of(domain)}),
        at,
    )
    return [loading.read(EmailDomainBlock, row) for row in rows]


async def find(block_id: int) -> EmailDomainBlock | None:
    """A block by its id."""
    return await EmailDomainBlock.get_or_none(id=block_id)


async def page(cursor: Cursor) -> list[EmailDomainBlock]:
    """Blocks, the newest first."""
    rows = await db.fetch(
        f"SELECT {loading.columns(EmailDomainBlock, 'b')} FROM email_domain_blocks b"
        f" WHERE {cursor.condition('b.id')} {cursor.order('b.id')}"
    )
    return [loading.read(EmailDomainBlock, row) for row in cursor.newest_first(rows)]


async def listing(words: str = "") -> list[Row]:
    """Rows (id, domain, with_approval, parent, expires_at, created_at, tries) by name; tries of a week."""
    return await db.fetch(
        "SELECT b.id, b.domain, b.with_approval, p.domain AS parent, b.expires_at, b.created_at,"
        " coalesce((SELECT sum(t.uses) FROM email_domain_tries t WHERE t.block_id = b.id), 0) AS tries"
        " FROM email_domain_blocks b LEFT JOIN email_domain_blocks p ON p.id = b.parent_id"
        " WHERE b.domain LIKE $1 ORDER BY coalesce(p.domain, b.domain), b.parent_id NULLS FIRST, b.domain",
        f"%{literal(words.lower())}%",
    )


async def count_try(block_ids: Sequence[int], day: date, address_digest: str) -> None:
    """Somebody tried to sign up with these."""
    await db.execute(
        "INSERT INTO email_domain_tries AS t (block_id, day, address_digest, uses)"
        " SELECT id, $2, $3, 1 FROM unnest($1::bigint[]) AS b(id)"
        " ON CONFLICT (block_id, day, address_digest) DO UPDATE SET uses = t.uses + 1",
        list(block_ids),
        day,
        address_digest,
    )


async def tries(block_ids: Sequence[int], since: date) -> dict[tuple[int, date], Row]:
    """Rows (block_id, day, accounts, uses): from how many addresses, and how often."""
    rows = await db.fetch(
        "SELECT block_id, day, count(*) AS accounts, sum(uses) AS uses FROM email_domain_tries"
        " WHERE block_id = ANY($1) AND day >= $2 GROUP BY block_id, day",
        list(block_ids),
        since,
    )
    return {(row["block_id"], row["day"]): row for row in rows}
