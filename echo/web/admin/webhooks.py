"""Programs of the operator that are told what happens here."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import webhooks as actions
from echo.actions.webhooks import Keyed, WebhookDraft
from echo.errors import Forbidden, Invalid
from echo.http.reading import read_id
from echo.kinds_of_webhooks import WebhookEvent
from echo.policy.roles import Permission
from echo.store import webhooks
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, show_staff, staff_page

blueprint = Blueprint("webhook_pages", __name__)
PATH = "/admin/webhooks"
NOTICES = {"changed": "Changed.", "gone": "It is told nothing any more."}
EVENTS = {
    WebhookEvent.ACCOUNT_CREATED: "Somebody signed up",
    WebhookEvent.ACCOUNT_APPROVED: "Somebody new was let in",
    WebhookEvent.ACCOUNT_UPDATED: "An account of this server changed",
    WebhookEvent.REPORT_CREATED: "Something was reported",
    WebhookEvent.REPORT_UPDATED: "A report was dealt with",
    WebhookEvent.STATUS_CREATED: "Somebody here posted",
    WebhookEvent.STATUS_UPDATED: "A post of this server was edited",
}


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_WEBHOOKS)
async def listing() -> Response:
    """All of them, and a form for another."""
    return await _listing()


@blueprint.post(PATH)
@staff_page(Permission.MANAGE_WEBHOOKS)
async def add() -> Response:
    """Have another program told. The page shows the secret, this once."""
    given = await visitor.read_form()
    url, events = given.text("url", ""), given.list("events")
    try:
        made = await actions.create(await by(), WebhookDraft(url=url, events=events))
    except (Invalid, Forbidden) as error:
        return await _listing(bad=error.public, url=url, events=events)
    return await _listing(made=made)


@blueprint.post(f"{PATH}/<webhook_id>")
@staff_page(Permission.MANAGE_WEBHOOKS)
async def change(webhook_id: str) -> Response:
    """Change one, give it another secret, or take it away."""
    given = await visitor.read_form()
    known = await webhooks.get(read_id(webhook_id))
    try:
        match given.text("do", ""):
            case "secret":
                return await _listing(made=await actions.rotate(await by(), known.id))
            case "delete":
                await actions.delete(await by(), known.id)
                return done_at(PATH, "gone")
            case "on" | "off" as wanted:
                await actions.change(await by(), known.id, WebhookDraft(enabled=wanted == "on"))
            case _:
                draft = WebhookDraft(url=given.text("url"), events=given.list("events"))
                await actions.change(await by(), known.id, draft)
    except (Invalid, Forbidden) as error:
        return await _listing(bad=error.public)
    return done_at(PATH, "changed")


async def _listing(
    *, bad: str = "", made: Keyed | None = None, url: str = "", events: tuple[str, ...] = ()
) -> Response:
    return await show_staff(
        "webhooks.html",
        title="Webhooks",
        notices=NOTICES,
        bad=bad,
        webhooks=await webhooks.every(),
        titles=EVENTS,
        made=made,
        url=url,
        chosen=events,
    )
