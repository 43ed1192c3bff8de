"""Lists of blocked servers that are read here, and what they want."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from echo import db
from echo.db import Row
from echo.kinds import BlockSeverity
from echo.models import BlockList, BlockListChange
from echo.policy.block_lists import Known, Wish
from echo.policy.fences import ServerRules
from echo.store.server_blocks import names_of


async def find(list_id: int) -> BlockList | None:
    """A list by its id."""
    return await BlockList.get_or_none(id=list_id)


async def listing() -> list[Row]:
    """All lists with what waits.

    Returns: rows (id, name, url, severity, automatic, retracts, interval_hours, entries, failure, checked_at,
             due_at, created_at, waiting, blocks); `entries` and the last two are counts
    """
    return await db.fetch(
        "SELECT l.id, l.name, l.url, l.severity, l.automatic, l.retracts, l.interval_hours,"
        " jsonb_array_length(l.entries) AS entries, l.failure, l.checked_at, l.due_at, l.created_at,"
        " (SELECT count(*) FROM block_list_changes c WHERE c.list_id = l.id AND c.dismissed_at IS NULL)"
        "  AS waiting,"
        " (SELECT count(*) FROM server_blocks b WHERE b.list_id = l.id) AS blocks"
        " FROM block_lists l ORDER BY l.id"
    )


async def row(list_id: int) -> Row | None:
    """The row of one list, as in `listing`."""
    return next((found for found in await listing() if found["id"] == list_id), None)


async def due(at: datetime) -> list[int]:
    """The lists that are to be read."""
    rows = await db.fetch("SELECT id FROM block_lists WHERE url IS NOT NULL AND due_at <= $1 ORDER BY id", at)
    return [found["id"] for found in rows]


async def known() -> dict[str, Known]:
    """All blocks here, by domain."""
    rows = await db.fetch("SELECT domain, severity, reject_media, reject_reports, list_id FROM server_blocks")
    return {
        found["domain"]: Known(
            ServerRules(
                severity=BlockSeverity(found["severity"]),
                reject_media=found["reject_media"],
                reject_reports=found["reject_reports"],
            ),
            found["list_id"],
        )
        for found in rows
    }


async def replace_changes(list_id: int, wishes: Sequence[Wish], default: BlockSeverity, at: datetime) -> None:
    """What a list wants from now on. What was dismissed stays so, unless it wants something else now."""
    wanted = [
        {
            "domain": wish.entry.domain,
            "action": wish.action.value,
            "severity": (wish.entry.severity or default).value,
            "reject_media": wish.entry.reject_media,
            "reject_reports": wish.entry.reject_reports,
            "reason": wish.entry.reason,
            "obfuscate": wish.entry.obfuscate,
        }
        for wish in wishes
    ]
    await db.execute(
        "DELETE FROM block_list_changes WHERE list_id = $1 AND NOT domain = ANY($2)",
        list_id,
        [wish.entry.domain for wish in wishes],
    )
    await db.execute(
        "INSERT INTO block_list_changes AS c (list_id, domain, action, severity, reject_media,"
        " reject_reports, reason, obfuscate, created_at)"
        " SELECT $1, w.domain, w.action, w.severity, w.reject_media, w.reject_reports, w.reason,"
        " w.obfuscate, $3"
        " FROM jsonb_to_recordset($2::jsonb) AS w(domain text, action text, severity text, reject_media bool,"
        " reject_reports bool, reason text, obfuscate bool)"
        " ON CONFLICT (list_id, domain) DO UPDATE SET action = excluded.action, severity = excluded.severity,"
        " reject_media = excluded.reject_media, reject_reports = excluded.reject_reports,"
        " reason = excluded.reason, obfuscate = excluded.obfuscate,"
        " dismissed_at = CASE WHEN (c.action, c.severity, c.reject_media, c.reject_reports)"
        "  = (excluded.action, excluded.severity, excluded.reject_media, excluded.reject_reports)"
        "  THEN c.dismissed_at END",
        list_id,
        msgspec.json.encode(wanted).decode(),
        at,
    )


async def changes(
    list_id: int,
    *,
    ids: Sequence[int] | None = None,
    after: str = "",
    up_to: int | None = None,
    limit: int,
) -> list[BlockListChange]:
    """What waits for somebody, by domain.

    Shapes:  ids: only these; after: from this domain on; up_to: none that came after this one
    """
    found = BlockListChange.filter(list_id=list_id, dismissed_at=None, domain__gt=after)
    if ids is not None:
        found = found.filter(id__in=list(ids))
    if up_to is not None:
        found = found.filter(id__lte=up_to)
    return await found.order_by("domain").limit(limit)


async def last_change(list_id: int) -> int:
    """The id of the last change that waits; 0 when there is none."""
    return int(
        await db.fetch_value(
            "SELECT coalesce(max(id), 0) FROM block_list_changes WHERE list_id = $1 AND dismissed_at IS NULL",
            list_id,
        )
    )


async def count_changes(list_id: int, up_to: int) -> int:
    """How many changes wait, without those that came after this one."""
    return await BlockListChange.filter(list_id=list_id, dismissed_at=None, id__lte=up_to).count()


async def follows_lost(domains: Sequence[str]) -> dict[str, int]:
    """How many follows of people here suspending each of these would end, without their subdomains twice."""
    rows = await db.fetch(
        "SELECT split_part(a.host, ':', 1) AS host, count(*) AS follows FROM follows f"
        " JOIN accounts a ON a.id IN (f.follower_id, f.followee_id) AND a.host <> ''"
        " WHERE f.state = 'accepted' AND a.suspended_at IS NULL GROUP BY 1"
    )
    wanted = set(domains)
    lost = dict.fromkeys(domains, 0)
    for found in rows:
        nearest = next((name for name in names_of(found["host"]) if name in wanted), None)
        if nearest is not None:
            lost[nearest] += found["follows"]
    return lost
