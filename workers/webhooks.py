"""Telling programs of the operator what happens here."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from echo import ports
from echo.actions import webhooks as actions
from echo.effects import TOLD
from echo.errors import NotFound, Unavailable
from echo.kinds_of_webhooks import WebhookEvent
from echo.policy import seals
from echo.policy.webhooks import is_worth_another_try, signature
from echo.render import webhook as rendered
from echo.runtime import Runtime
from echo.store import webhooks
from workers.later import Again

log = logging.getLogger(__name__)


async def signed_up(_: Runtime, *, account_id: int) -> None:
    """Somebody has a new account here."""
    await actions.tell(TOLD["webhooks.signed_up"], account_id)


async def let_in(_: Runtime, *, account_id: int) -> None:
    """Somebody new can use their account."""
    await actions.tell(TOLD["webhooks.let_in"], account_id)


async def account_changed(_: Runtime, *, account_id: int) -> None:
    """An account of this server has changed."""
    await actions.tell(TOLD["webhooks.account_changed"], account_id)


async def report_made(_: Runtime, *, report_id: int) -> None:
    """Somebody reported something."""
    await actions.tell(TOLD["webhooks.report_made"], report_id)


async def report_changed(_: Runtime, *, report_id: int) -> None:
    """A report was dealt with."""
    await actions.tell(TOLD["webhooks.report_changed"], report_id)


async def post_published(_: Runtime, *, post_id: int) -> None:
    """Somebody here has posted."""
    await actions.tell(TOLD["webhooks.post_published"], post_id)


async def post_edited(_: Runtime, *, post_id: int) -> None:
    """A post of this server says something else."""
    await actions.tell(TOLD["webhooks.post_edited"], post_id)


async def send(_: Runtime, *, webhook_id: int, event: str, object_id: int, happened_at: str) -> None:
    """Tell one program. What is gone, or not for everybody, is not told; one that is away is told later."""
    known = await webhooks.find_for_worker(webhook_id, event)
    if known is None:
        return
    try:
        body = await rendered.message(WebhookEvent(event), object_id, datetime.fromisoformat(happened_at))
    except NotFound:
        return
    headers = {
        "Content-Type": "application/json",
        "X-Hub-Signature": signature(seals.unseal(known.secret), body),
    }
    try:
        status = (await ports.caller()("POST", known.url, headers=headers, body=body)).status
    except Unavailable as error:
        await actions.note(webhook_id, "it cannot be reached")
        raise Again(error.detail or "it cannot be reached") from error
    failure = "" if 200 <= status < 300 else f"it answered {status}"
    await actions.note(webhook_id, failure)
    if failure and is_worth_another_try(status):
        raise Again(failure)
    if failure:
        log.info("webhook %s is not told of %s %s: %s", webhook_id, event, object_id, failure)


JOBS: dict[str, Callable[..., Awaitable[None]]] = {
    "webhooks.signed_up": signed_up,
    "webhooks.let_in": let_in,
    "webhooks.account_changed": account_changed,
    "webhooks.report_made": report_made,
    "webhooks.report_changed": report_changed,
    "webhooks.post_published": post_published,
    "webhooks.post_edited": post_edited,
    "webhooks.send": send,
}
