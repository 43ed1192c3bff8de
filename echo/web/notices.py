"""The links in letters that end such letters."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import letters as actions
from echo.http.access import page
from echo.kinds import NotificationKind
from echo.policy import letters as policy
from echo.web.page import Meta, show

blueprint = Blueprint("notices", __name__)
TITLES: dict[str, str] = {
    NotificationKind.MENTION: "Somebody mentions you",
    NotificationKind.QUOTE: "Somebody quotes a post of yours",
    NotificationKind.FOLLOW: "Somebody follows you",
    NotificationKind.FOLLOW_REQUEST: "Somebody asks to follow you",
    NotificationKind.BOOST: "Somebody boosts a post of yours",
    NotificationKind.LIKE: "Somebody likes a post of yours",
    NotificationKind.SIGN_UP: "Somebody signs up",
    NotificationKind.REPORT: "Somebody makes a report",
    policy.DIGEST: "A digest, once a week, while you are away",
}


@blueprint.get("/unsubscribe/<ticket>")
@page
async def ask(ticket: str) -> Response:
    """A button: mail programs open links by themselves, and opening changes nothing."""
    _, what = await actions.read_ticket(ticket)
    return await _page(what, is_done=False)


@blueprint.post("/unsubscribe/<ticket>")
@page
async def end(ticket: str) -> Response:
    """End these letters: from the button, or from a mail program, without a log-in or a cookie.

    Source:  RFC 8058; the ticket proves what the token of a form would
    """
    what = await actions.end_by_ticket(ticket)
    return await _page(what, is_done=True)


async def _page(what: str, *, is_done: bool) -> Response:
    meta = Meta(title="No more letters")
    return await show("unsubscribe.html", meta=meta, title=TITLES[what], is_done=is_done)
