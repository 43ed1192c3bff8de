"""Mailboxes that may not sign up, by their hashes."""

from __future__ import annotations

from echo import db
from echo.models import CanonicalEmailBlock
from echo.store import loading
from echo.store.cursor import Cursor


async def by_hash(digest: str) -> list[CanonicalEmailBlock]:
    """The block of a mailbox, if there is one."""
    return await CanonicalEmailBlock.filter(hash=digest)


async def find(block_id: int) -> CanonicalEmailBlock | None:
    """A block by its id."""
    return await CanonicalEmailBlock.get_or_none(id=block_id)


async def page(cursor: Cursor) -> list[CanonicalEmailBlock]:
    """Blocks, the newest first."""
    rows = await db.fetch(
        f"SELECT {loading.columns(CanonicalEmailBlock, 'b')} FROM canonical_email_blocks b"
        f" WHERE {cursor.condition('b.id')} {cursor.order('b.id')}"
    )
    return [loading.read(CanonicalEmailBlock, row) for row in cursor.newest_first(rows)]
