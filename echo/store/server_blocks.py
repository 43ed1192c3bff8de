"""Blocks of other servers."""

from __future__ import annotations

from datetime import datetime

from echo import db
from echo.db import Row
from echo.kinds import BlockSeverity


def names_of(host: str) -> list[str]:
    """A host without its port, and the domains that it is under: a block of any of them is one of it."""
    parts = host.partition(":")[0].lower().strip(".").split(".")
    return [".".join(parts[start:]) for start in range(len(parts))]


async def suspended() -> frozenset[str]:
    """The servers that this one has nothing to do with."""
    rows = await db.fetch("SELECT domain FROM server_blocks WHERE severity = $1", BlockSeverity.SUSPEND.value)
    return frozenset(row["domain"] for row in rows)


async def listing() -> list[Row]:
    """Rows of all blocks, the severe ones first."""
    return await db.fetch(
        "SELECT domain, severity, reason, note, obfuscate, created_at FROM server_blocks"
        " ORDER BY severity = 'suspend' DESC, domain"
    )


async def marks_for(host: str) -> dict[str, datetime | None]:
    """What a new account of this host begins with: silenced_at and suspended_at."""
    rows = await db.fetch(
        "SELECT severity, min(created_at) AS at FROM server_blocks WHERE domain = ANY($1) GROUP BY severity",
        names_of(host),
    )
    since = {row["severity"]: row["at"] for row in rows}
    return {
        "silenced_at": since.get(BlockSeverity.SILENCE),
        "suspended_at": since.get(BlockSeverity.SUSPEND),
    }


async def mark_accounts(domain: str, severity: BlockSeverity, at: datetime) -> int:
    """Mark the accounts of a server that are not marked already; how many."""
    column = _COLUMNS[severity]
    return await db.execute(
        f"UPDATE accounts SET {column} = $2, version = version + 1 WHERE {_OF_DOMAIN} AND {column} IS NULL",
        domain,
        at,
    )


async def unmark_accounts(domain: str, severity: BlockSeverity, at: datetime) -> int:
    """Take the marks of a block away, and no others; how many."""
    column = _COLUMNS[severity]
    return await db.execute(
        f"UPDATE accounts SET {column} = NULL, version = version + 1 WHERE {_OF_DOMAIN} AND {column} = $2",
        domain,
        at,
    )


_COLUMNS = {BlockSeverity.SILENCE: "silenced_at", BlockSeverity.SUSPEND: "suspended_at"}
# The port of a host does not matter.
_OF_DOMAIN = "host <> '' AND (split_part(host, ':', 1) = $1 OR split_part(host, ':', 1) LIKE '%.' || $1)"
