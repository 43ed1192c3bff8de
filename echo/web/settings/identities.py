"""Accounts at another service from which somebody enters theirs here."""

from __future__ import annotations

from quart import Blueprint, Response

from echo import ports
from echo.actions import identities, logins
from echo.errors import Invalid, NotFound, Unavailable
from echo.http.access import page
from echo.http.families import count_for_address
from echo.ids import parse_id
from echo.web import openid
from echo.web.settings import security
from echo.web.settings.frame import done, given, me, member, show_page
from echo.web.settings.navigation import ANYBODY

blueprint = Blueprint("settings_identities", __name__)
PATH = f"{security.PATH}/identities"


@blueprint.post(PATH)
@page
@member(ANYBODY)
async def begin() -> Response:
    """The password is right: a link to the service. A form may not lead there by itself."""
    if not ports.identity_provider().is_configured:
        raise NotFound
    await count_for_address("login", also=("login", me().username))
    try:
        await logins.require_password(me().user_id, given().text("password", ""))
        departure = await identities.depart(me().user_id)
    except (Invalid, Unavailable) as error:
        return await security.show_security(problem=error.public, status=error.status)
    response = await show_page(
        "settings/identity.html",
        "Connect an account",
        service=ports.identity_provider().name,
        address=departure.address,
    )
    openid.remember(response, departure.ticket, security.PATH)
    return response


@blueprint.post(f"{PATH}/<identity_id>/remove")
@page
@member(ANYBODY)
async def remove(identity_id: str) -> Response:
    """One way in less."""
    number = parse_id(identity_id)
    if number is None:
        raise NotFound
    await count_for_address("login", also=("login", me().username))
    try:
        await identities.disconnect(me().user_id, number, given().text("password", ""))
    except Invalid as error:
        return await security.show_security(problem=error.public, status=422)
    return done(security.PATH, "identity-removed")
