"""Webhooks of the operator."""

from __future__ import annotations

from datetime import datetime

from echo.errors import NotFound
from echo.models import Webhook


async def every() -> list[Webhook]:
    """All of them, the oldest first."""
    return await Webhook.all().order_by("id")


async def get(webhook_id: int) -> Webhook:
    """Raises:  NotFound"""
    found = await Webhook.get_or_none(id=webhook_id)
    if found is None:
        raise NotFound
    return found


async def wanting(event: str) -> list[int]:
    """Which of those that are switched on want to be told of this."""
    rows = await Webhook.filter(enabled=True).order_by("id")
    return [row.id for row in rows if event in row.events]


async def find_for_worker(webhook_id: int, event: str) -> Webhook | None:
    """One that still wants to be told of this."""
    row = await Webhook.get_or_none(id=webhook_id, enabled=True)
    return row if row is not None and event in row.events else None


async def note(webhook_id: int, at: datetime, failure: str) -> None:
    """Write down how the last delivery went. Shapes:  failure: empty: well"""
    if failure:
        await Webhook.filter(id=webhook_id).update(failed_at=at, failure=failure[:200])
    else:
        await Webhook.filter(id=webhook_id).update(delivered_at=at, failure="")
