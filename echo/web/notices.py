"""Which letters one wants, and the links in letters that end them."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import letters as actions
from echo.http.access import page
from echo.kinds import NotificationKind
from echo.policy import letters as policy
from echo.store import letters
from echo.web import visitor
from echo.web.page import Meta, show

blueprint = Blueprint("notices", __name__)
PATH = "/settings/notifications"
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


@blueprint.get(PATH)
@page
async def choices() -> Response:
    """The choices."""
    person = await visitor.login()
    if person is None:
        return visitor.to_login(PATH)
    known = policy.read(await letters.settings(person.user_id))
    kinds = [k for k in policy.DEFAULTS if person.seat.is_staff or k not in policy.FOR_MODERATORS]
    return await show(
        "notices.html",
        meta=Meta(title="Letters"),
        kinds=[(kind.value, TITLES[kind], kind in known.kinds) for kind in kinds],
        chosen=known,
        digest_title=TITLES[policy.DIGEST],
        notice="Your choice is kept." if request.args.get("done") == "kept" else "",
    )


@blueprint.post(PATH)
@page
async def choose() -> Response:
    """Keep them."""
    given = await visitor.read_form()
    person = await visitor.login()
    if person is None:
        return visitor.to_login(PATH)
    names = [
        name for name in (*policy.DEFAULTS, "always", policy.DIGEST) if given.boolean(name, default=False)
    ]
    chosen = policy.chosen_from(names)
    if not person.seat.is_staff:
        # What the form does not offer stays as it was.
        known = policy.read(await letters.settings(person.user_id))
        kinds = (chosen.kinds - policy.FOR_MODERATORS) | (known.kinds & policy.FOR_MODERATORS)
        chosen = policy.Letters(kinds=kinds, always=chosen.always, digest=chosen.digest)
    await actions.choose(person.user_id, chosen)
    return visitor.redirect(f"{PATH}?done=kept")


@blueprint.get("/unsubscribe/<ticket>")
@page
async def ask(ticket: str) -> Response:
    """A button: mail programs open links by themselves, and opening changes nothing."""
    _, what = await actions.read_ticket(ticket)
    return await show(
        "unsubscribe.html", meta=Meta(title="No more letters"), title=TITLES[what], is_done=False
    )


@blueprint.post("/unsubscribe/<ticket>")
@page
async def end(ticket: str) -> Response:
    """End these letters: from the button, or from a mail program, without a log-in or a cookie.

    Source:  RFC 8058; the ticket proves what the token of a form would
    """
    what = await actions.end_by_ticket(ticket)
    return await show(
        "unsubscribe.html", meta=Meta(title="No more letters"), title=TITLES[what], is_done=True
    )
