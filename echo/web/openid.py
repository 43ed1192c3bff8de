"""Logging in with another service: there, and back."""

from __future__ import annotations

import logging
from urllib.parse import parse_qsl, urlencode

from quart import Blueprint, Response, request

from echo import ports, settings
from echo.actions import identities, logins
from echo.actions.drafts import SignUp
from echo.errors import Forbidden, Gone, Invalid, NotFound, Unavailable
from echo.http.access import caller_address, page
from echo.http.families import count_for_address
from echo.policy.redirects import local_path
from echo.ports import Identified
from echo.web import visitor
from echo.web.entry import show_login
from echo.web.forms import by_field
from echo.web.page import Meta, show

# What somebody has typed stays in the form.
KEPT = ("username", "invite_code", "date_of_birth", "reason")
blueprint = Blueprint("openid", __name__)
log = logging.getLogger(__name__)
START, JOIN = "/login/openid", "/login/openid/join"
UNKNOWN = "No account here is connected with that one. Log in first, then connect it in the settings."
COOKIE = "elsewhere"
COOKIE_SECONDS = 600


@blueprint.get(START)
@page
async def depart() -> Response:
    """To the service."""
    if not ports.identity_provider().is_configured:
        raise NotFound
    await count_for_address("login")
    target = local_path(request.args.get("next", ""), "/account")
    try:
        departure = await identities.depart()
    except Unavailable as error:
        return await show_login(target, problem=error.public, status=503)
    response = visitor.redirect(departure.address)
    remember(response, departure.ticket, target)
    return response


@blueprint.get(identities.BACK)
@page
async def back() -> Response:
    """From the service: somebody whom it knows, or nobody."""
    kept = dict(parse_qsl(request.cookies.get(visitor.cookie_name(COOKIE), "")))
    target = local_path(kept.get("next", ""), "/account")
    await count_for_address("login")
    if "code" not in request.args:
        return await show_login(target, problem="You have not logged in there", status=422)
    try:
        arrival = await identities.arrive(
            kept.get("ticket", ""), request.args.get("state", ""), request.args["code"]
        )
        response = await _welcome(arrival, target)
    except (Gone, Invalid, Unavailable) as error:
        log.info("log-in elsewhere: %s", error)
        response = await show_login(target, problem=error.public, status=error.status)
    visitor.keep(response, COOKIE, "", max_age_seconds=0)
    return response


@blueprint.post(JOIN)
@page
async def join() -> Response:
    """Somebody new has chosen a name."""
    given = await visitor.read_form()
    await count_for_address("sign_up")
    text, target = given.text("offer", ""), local_path(given.text("next", ""), "/account")
    # A link is as good as the code in it.
    code = given.text("invite_code", "").strip().rstrip("/").rpartition("/")[2]
    draft = SignUp(
        username=given.text("username", ""),
        email="",
        password="",
        locale=request.accept_languages.best or "en",
        reason=given.text("reason", ""),
        agreement=given.boolean("agreement", default=False),
        born_on=given.day("date_of_birth"),
        invite_code=code,
        address=caller_address(),
    )
    try:
        user = await identities.join(text, draft)
    except Invalid as error:
        kept = {name: given.text(name, "") for name in KEPT}
        return await _join_form(
            identities.read_offer(text), text, target, kept=kept, problems=by_field(error), status=422
        )
    if user.confirmed_at is None or user.approved_at is None:
        target = "/account"
    return visitor.enter(await logins.enter(user.id, visitor.browser()), target)


def remember(response: Response, ticket: str, target: str) -> None:
    """What this browser needs when it is back."""
    kept = urlencode({"ticket": ticket, "next": target})
    visitor.keep(response, COOKIE, kept, max_age_seconds=COOKIE_SECONDS)


async def _welcome(arrival: identities.Arrival, target: str) -> Response:
    if arrival.linking_id is not None:
        person = await visitor.login()
        # The browser may have been handed on in between.
        if person is None or person.user_id != arrival.linking_id:
            raise Gone(logins.TOO_LATE)
        await identities.connect(person.user_id, arrival.person)
        return visitor.redirect("/settings/security?done=identity-added")
    user_id = await identities.enter(arrival.person)
    if user_id is not None:
        await logins.log_out(visitor.session_text())
        return visitor.enter(await logins.enter(user_id, visitor.browser()), target)
    try:
        offer = identities.offer(arrival.person)
    except Forbidden:
        raise Invalid(UNKNOWN) from None
    return await _join_form(
        arrival.person, offer, target, kept={"username": arrival.person.username}, problems={}
    )


async def _join_form(
    person: Identified,
    offer: str,
    target: str,
    *,
    kept: dict[str, str],
    problems: dict[str, str],
    status: int = 200,
) -> Response:
    rules, passes_mode = settings.here().registrations, settings.here().openid.passes_mode
    return await show(
        "join.html",
        meta=Meta(title="Choose a name"),
        status=status,
        has_form=True,
        identified=person,
        service=ports.identity_provider().name,
        offer=offer,
        target=target,
        kept=kept,
        needs_invite=not passes_mode and rules.mode == "invite",
        needs_reason=not passes_mode and rules.mode == "approval",
        is_closed=not passes_mode and rules.mode == "closed",
        problems=problems,
    )
