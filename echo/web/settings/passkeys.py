"""Somebody's passkeys: made, named and removed."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import passkeys
from echo.errors import Invalid, NotFound
from echo.http.access import page
from echo.http.families import count_for_address
from echo.http.replies import raw
from echo.ids import parse_id
from echo.web.passkeys import refusal
from echo.web.settings import security, two_factor
from echo.web.settings.frame import done, given, me, member
from echo.web.settings.navigation import ANYBODY

blueprint = Blueprint("settings_passkeys", __name__)
PATH = f"{security.PATH}/passkeys"


@blueprint.post(f"{PATH}/options")
@page
@member(ANYBODY)
async def ask() -> Response:
    """The password is right: what the script shall ask the browser for."""
    await count_for_address("login", also=("login", me().username))
    try:
        question = await passkeys.ask_for_new(me().user_id, me().username, given().text("password", ""))
    except Invalid as error:
        return refusal(error)
    return raw(question)


@blueprint.post(PATH)
@page
@member(ANYBODY)
async def add() -> Response:
    """The browser has made one."""
    try:
        codes = await passkeys.add(me().user_id, given().text("name", ""), given().text("answer", ""))
    except Invalid as error:
        return await security.show_security(problem=error.public, status=422)
    return await two_factor.show_codes(codes) if codes else done(security.PATH, "passkey-added")


@blueprint.post(f"{PATH}/<passkey_id>/name")
@page
@member(ANYBODY)
async def rename(passkey_id: str) -> Response:
    """Another name for one."""
    await passkeys.rename(me().user_id, _number(passkey_id), given().text("name", ""))
    return done(security.PATH, "kept")


@blueprint.post(f"{PATH}/<passkey_id>/remove")
@page
@member(ANYBODY)
async def remove(passkey_id: str) -> Response:
    """It is taken no more."""
    number = _number(passkey_id)
    await count_for_address("login", also=("login", me().username))
    try:
        await passkeys.remove(me().user_id, number, given().text("password", ""))
    except Invalid as error:
        return await security.show_security(problem=error.public, status=422)
    return done(security.PATH, "passkey-removed")


def _number(text: str) -> int:
    number = parse_id(text)
    if number is None:
        raise NotFound
    return number
