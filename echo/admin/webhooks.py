"""Programs of the operator that are told what happens here."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import webhooks as actions
from echo.actions.webhooks import WebhookDraft
from echo.http.access import needs, staff
from echo.http.params import Params
from echo.http.reading import params, read_id, update_route
from echo.http.replies import entity
from echo.policy.roles import Permission
from echo.render import webhook as render
from echo.store import webhooks

blueprint = Blueprint("webhooks_admin", __name__)
_BASE = "/api/v1/echo/admin/webhooks"


@blueprint.get(_BASE)
@needs("admin:read", may=Permission.MANAGE_WEBHOOKS)
async def listing() -> Response:
    """All of them, the oldest first."""
    return entity([render.shown(row) for row in await webhooks.every()])


@blueprint.post(_BASE)
@needs("admin:write", may=Permission.MANAGE_WEBHOOKS)
async def create() -> Response:
    """Have a program told: `url`, `events`. The answer has the secret, this once."""
    made = await actions.create(staff(), _draft(await params()))
    return entity(render.shown(made.webhook, made.secret))


@blueprint.get(f"{_BASE}/<webhook_id>")
@needs("admin:read", may=Permission.MANAGE_WEBHOOKS)
async def show(webhook_id: str) -> Response:
    """One of them."""
    return entity(render.shown(await webhooks.get(read_id(webhook_id))))


@update_route(blueprint, f"{_BASE}/<webhook_id>")
@needs("admin:write", may=Permission.MANAGE_WEBHOOKS)
async def change(webhook_id: str) -> Response:
    """Change one; what is not sent stays."""
    known = await webhooks.get(read_id(webhook_id))
    return entity(render.shown(await actions.change(staff(), known.id, _draft(await params()))))


@blueprint.delete(f"{_BASE}/<webhook_id>")
@needs("admin:write", may=Permission.MANAGE_WEBHOOKS)
async def delete(webhook_id: str) -> Response:
    """Tell it nothing any more."""
    await actions.delete(staff(), read_id(webhook_id))
    return entity({})


@blueprint.post(f"{_BASE}/<webhook_id>/enable")
@needs("admin:write", may=Permission.MANAGE_WEBHOOKS)
async def enable(webhook_id: str) -> Response:
    """Switch it on."""
    return entity(
        render.shown(await actions.change(staff(), read_id(webhook_id), WebhookDraft(enabled=True)))
    )


@blueprint.post(f"{_BASE}/<webhook_id>/disable")
@needs("admin:write", may=Permission.MANAGE_WEBHOOKS)
async def disable(webhook_id: str) -> Response:
    """Switch it off; what waits for it is dropped."""
    return entity(
        render.shown(await actions.change(staff(), read_id(webhook_id), WebhookDraft(enabled=False)))
    )


@blueprint.post(f"{_BASE}/<webhook_id>/rotate_secret")
@needs("admin:write", may=Permission.MANAGE_WEBHOOKS)
async def rotate_secret(webhook_id: str) -> Response:
    """Sign with another secret from now on. The answer has it, this once."""
    made = await actions.rotate(staff(), read_id(webhook_id))
    return entity(render.shown(made.webhook, made.secret))


def _draft(given: Params) -> WebhookDraft:
    return WebhookDraft(
        url=given.text("url"),
        events=given.list("events") if given.has("events") else None,
        enabled=given.boolean("enabled"),
    )
