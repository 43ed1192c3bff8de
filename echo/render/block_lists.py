"""Block lists of others, and this server's own, as those see them who run it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from echo.db import Row
from echo.kinds import BlockSeverity
from echo.models import BlockListChange
from echo.policy import block_lists as policy
from echo.policy.block_lists import Entry
from echo.render import fence_entities as entities
from echo.render.times import iso, iso_or_none


def as_csv(rows: Sequence[Row]) -> str:
    """This server's blocks as Mastodon writes a list, for those who may know them in full.

    Shapes:  rows: of `store.server_blocks.listing`
    """
    return policy.write(
        Entry(
            domain=row["domain"],
            severity=BlockSeverity(row["severity"]),
            reject_media=row["reject_media"],
            reject_reports=row["reject_reports"],
            reason=row["reason"],
            obfuscate=row["obfuscate"],
        )
        for row in sorted(rows, key=lambda row: row["domain"])
    )


def one(row: Row) -> entities.BlockList:
    """Shapes:  row: of `store.block_lists.listing`"""
    return entities.BlockList(
        id=str(row["id"]),
        name=row["name"],
        url=row["url"],
        severity=row["severity"],
        automatic=row["automatic"],
        retracts=row["retracts"],
        interval_hours=row["interval_hours"],
        entries=row["entries"],
        changes=row["waiting"],
        blocks=row["blocks"],
        failure=row["failure"] or None,
        checked_at=iso_or_none(row["checked_at"]),
        created_at=iso(row["created_at"]),
    )


def change(known: BlockListChange, lost: Mapping[str, int]) -> entities.BlockListChange:
    """Shapes:  lost: of `store.block_lists.follows_lost`"""
    return entities.BlockListChange(
        id=str(known.id),
        domain=known.domain,
        action=known.action,
        severity=known.severity,
        reject_media=known.reject_media,
        reject_reports=known.reject_reports,
        public_comment=known.reason or None,
        obfuscate=known.obfuscate,
        follows_lost=lost.get(known.domain, 0),
    )
