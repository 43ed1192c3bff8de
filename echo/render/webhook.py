"""Webhooks: what programs are told, and how they are set up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from echo.errors import NotFound
from echo.kinds_of_webhooks import WebhookEvent
from echo.models import Webhook
from echo.policy.viewer import NOBODY
from echo.render import admin_accounts, admin_entities, admin_reports, house_rules, status, times


def shown(row: Webhook, secret: str = "") -> admin_entities.StaffWebhook:
    """A webhook. Shapes:  secret: when it was made this moment"""
    return admin_entities.StaffWebhook(
        id=str(row.id),
        url=row.url,
        events=list(row.events),
        enabled=row.enabled,
        secret=secret or None,
        created_at=times.iso(row.created_at),
        updated_at=times.iso(row.updated_at),
        delivered_at=times.iso_or_none(row.delivered_at),
        failed_at=times.iso_or_none(row.failed_at),
        failure=row.failure or None,
    )


async def message(event: WebhookEvent, object_id: int, happened_at: datetime) -> bytes:
    """What a program is told: the thing as it is now, as the admin API shows it.

    Raises:  NotFound for what is gone, and for posts that not everybody may read
    """
    told = await _OBJECTS[event.partition(".")[0]](object_id)
    return msgspec.json.encode(
        {"event": event.value, "created_at": times.iso(happened_at), "object": msgspec.Raw(told)}
    )


async def _account(account_id: int) -> bytes:
    return _only(await admin_accounts.many([account_id], with_login=True))


async def _report(report_id: int) -> bytes:
    # Who may see reports need not know with which address people log in.
    return _only(await admin_reports.many(NOBODY, [report_id], await house_rules.by_id(), with_login=False))


async def _status(post_id: int) -> bytes:
    return await status.one(NOBODY, post_id)


def _only(found: list[bytes]) -> bytes:
    if not found:
        raise NotFound
    return found[0]


_OBJECTS: dict[str, Callable[[int], Awaitable[bytes]]] = {
    "account": _account,
    "report": _report,
    "status": _status,
}
