"""Programs of the operator that are told what happens here: set up, and told."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from echo import clock, db, settings
from echo.actions import staff
from echo.actions.staff import Target
from echo.errors import Forbidden, Invalid
from echo.events import WebhookDue
from echo.kinds_of_webhooks import WebhookEvent
from echo.models import Webhook
from echo.policy import seals
from echo.policy.deeds import Deed
from echo.policy.roles import REFUSED, Staff
from echo.policy.webhooks import NEEDED
from echo.store import webhooks

WEBHOOKS_MAX = 50
URL_CHARACTERS = 2048
# No address has them, and none could be asked.
_UNFIT = frozenset(' "<>\\^`{|}')


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDraft:
    """A webhook as somebody wants it; None keeps what it has."""

    url: str | None = None
    events: Sequence[str] | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class Keyed:
    """A webhook with its secret, which is told at this moment only."""

    webhook: Webhook
    secret: str


async def create(by: Staff, draft: WebhookDraft) -> Keyed:
    """Have a program told of what happens here.

    Raises:  Invalid; Forbidden, also for events that one may not see oneself
    """
    url, events = _url(draft.url or ""), _events(draft.events or ())
    target = Target("webhook", "", url)
    async with staff.acting(by, Deed.WEBHOOK_CREATE, on=target, details={"events": events}):
        await _require(by, events)
        if await Webhook.all().count() >= WEBHOOKS_MAX:
            raise Invalid(f"Validation failed: There are {WEBHOOKS_MAX} webhooks already")
        await _require_free(url, None)
        secret, now = secrets.token_hex(20), clock.now()
        row = await Webhook.create(
            url=url,
            events=events,
            secret=seals.seal(secret),
            enabled=draft.enabled is not False,
            created_at=now,
            updated_at=now,
        )
    return Keyed(row, secret)


async def change(by: Staff, webhook_id: int, draft: WebhookDraft) -> Webhook:
    """Set one up anew. Whoever does so may see all that it is told, before and after.

    Raises:  NotFound; Invalid; Forbidden
    """
    known = await webhooks.get(webhook_id)
    url = known.url if draft.url is None else _url(draft.url)
    events = list(known.events) if draft.events is None else _events(draft.events)
    details: dict[str, object] = {"url": url, "events": events, "enabled": draft.enabled}
    async with staff.acting(by, Deed.WEBHOOK_CHANGE, on=_target(known), details=details):
        await _require(by, {*known.events, *events})
        await _require_free(url, known.id)
        enabled = known.enabled if draft.enabled is None else draft.enabled
        staff.require_change(known, {"url": url, "events": events, "enabled": enabled})
        known.url, known.events, known.updated_at = url, events, clock.now()
        known.enabled = enabled
        await known.save(update_fields=["url", "events", "enabled", "updated_at"])
    return known


async def rotate(by: Staff, webhook_id: int) -> Keyed:
    """Sign with another secret from now on, also what waits already. Raises NotFound; Forbidden."""
    known = await webhooks.get(webhook_id)
    async with staff.acting(by, Deed.WEBHOOK_ROTATE, on=_target(known)):
        await _require(by, known.events)
        secret = secrets.token_hex(20)
        known.secret, known.updated_at = seals.seal(secret), clock.now()
        await known.save(update_fields=["secret", "updated_at"])
    return Keyed(known, secret)


async def delete(by: Staff, webhook_id: int) -> None:
    """Tell it nothing any more. Raises NotFound; Forbidden."""
    known = await webhooks.get(webhook_id)
    async with staff.acting(by, Deed.WEBHOOK_DELETE, on=_target(known)):
        await known.delete()


async def tell(event: WebhookEvent, object_id: int) -> None:
    """Have all that want to know told of something, each for itself."""
    wanting = await webhooks.wanting(event.value)
    if not wanting:
        return
    happened_at = clock.now().isoformat()
    async with db.unit_of_work() as unit:
        for webhook_id in wanting:
            unit.emit(
                WebhookDue(
                    local=True,
                    webhook_id=webhook_id,
                    event=event.value,
                    object_id=object_id,
                    happened_at=happened_at,
                )
            )


async def note(webhook_id: int, failure: str) -> None:
    """How the last delivery went. Shapes:  failure: empty: well"""
    async with db.unit_of_work():
        await webhooks.note(webhook_id, clock.now(), failure)


def _url(text: str) -> str:
    url = text.strip()
    allowed = ("https://", "http://") if settings.here().dev.enabled else ("https://",)
    if not url.startswith(allowed) or len(url) > URL_CHARACTERS:
        raise Invalid("Validation failed: Url has to begin with https://")
    if not url.isascii() or not url.isprintable() or set(url) & _UNFIT:
        raise Invalid("Validation failed: Url is not a valid address")
    return url


def _events(names: Iterable[str]) -> list[str]:
    wanted = set(names)
    known: list[str] = [event.value for event in WebhookEvent if event.value in wanted]
    if not known or len(known) != len(wanted):
        raise Invalid(f"Validation failed: Events are {', '.join(WebhookEvent)}")
    return known


async def _require_free(url: str, own_id: int | None) -> None:
    if await Webhook.filter(url=url).exclude(id=own_id or 0).exists():
        raise Invalid("Validation failed: Url has already been taken")


async def _require(by: Staff, events: Iterable[str]) -> None:
    """Nobody learns by a program what they may not see. Raises Forbidden."""
    seat = await staff.seat_now(by)
    if not all(seat.may(NEEDED[WebhookEvent(event)]) for event in events):
        raise Forbidden(REFUSED)


def _target(row: Webhook) -> Target:
    return Target("webhook", row.id, row.url)
