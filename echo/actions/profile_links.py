"""Links on profiles that lead to pages which link back: then the page and the profile are one person's.

Source:  rel=me as XFN has it, and as Mastodon reads it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from echo import clock, db
from echo.actions.drafts import ProfileField
from echo.store import accounts

Row = Mapping[str, Any]


def kept(before: Sequence[Row], now: Sequence[ProfileField]) -> list[dict[str, Any]]:
    """The rows of a profile as they are stored; a link that stays keeps that it was verified."""
    verified = {row.get("source"): row.get("verified_at") for row in before if row.get("source")}
    return [
        {"name": f.name, "value": f.value, "source": f.source, "verified_at": verified.get(f.source)}
        for f in now
    ]


def waiting(rows: Iterable[Row]) -> list[str]:
    """The links on a profile at which nobody has looked yet, or that did not link back."""
    return [row["source"].strip() for row in rows if not row.get("verified_at") and _is_link(row)]


async def mark_verified(account_id: int, links: Iterable[str]) -> None:
    """These pages link back to the profile, as was just seen. Those it lost since are skipped."""
    found = set(links)
    async with db.unit_of_work():
        account = await accounts.get_locked(account_id)
        rows = [dict(row) for row in account.fields_]
        for row in rows:
            if not row.get("verified_at") and str(row.get("source") or "").strip() in found:
                # As clients are told it.
                row["verified_at"] = f"{clock.now():%Y-%m-%dT%H:%M:%S}.000Z"
        if rows != account.fields_:
            account.fields_ = rows
            account.version += 1
            await account.save(update_fields=["fields_", "version"])


def _is_link(row: Row) -> bool:
    text = str(row.get("source") or "").strip()
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("https", "http")
            and bool(parts.hostname)
            and parts.username is None
            and not any(character.isspace() for character in text)
        )
    except ValueError:
        return False
