"""The numbers of house rules, in rows; what the rules say is in `echo.store.house_texts`."""

from __future__ import annotations

from collections.abc import Sequence

from echo import clock, db
from echo.policy.house_rules import Known

# One number of the advisory locks of this database: "who numbers the rules".
_LOCK = 7_302


async def known() -> list[Known]:
    """Every rule that has a number."""
    rows = await db.fetch("SELECT id, text, gone_at IS NOT NULL AS is_gone FROM house_rules ORDER BY id")
    return [Known(row["id"], row["text"], row["is_gone"]) for row in rows]


async def lock() -> None:
    """One process at a time, until the unit of work ends."""
    await db.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")


async def keep(numbers: Sequence[int], texts: Sequence[str]) -> None:
    """These are the rules now; others are gone."""
    await db.execute(
        "INSERT INTO house_rules (id, text, created_at)"
        " SELECT number, said, $3 FROM unnest($1::int[], $2::text[]) AS given (number, said)"
        " ON CONFLICT (id) DO UPDATE SET text = excluded.text, gone_at = NULL"
        " WHERE house_rules.text <> excluded.text OR house_rules.gone_at IS NOT NULL",
        list(numbers),
        list(texts),
        clock.now(),
    )
    await db.execute(
        "UPDATE house_rules SET gone_at = $2 WHERE gone_at IS NULL AND NOT id = ANY($1::int[])",
        list(numbers),
        clock.now(),
    )
