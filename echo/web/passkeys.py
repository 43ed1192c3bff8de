"""Logging in with a passkey: instead of a password, or after it."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import logins, passkeys
from echo.errors import EchoError, Gone, Invalid
from echo.http.access import page
from echo.http.families import count_for_address
from echo.http.replies import entity, raw
from echo.policy.redirects import local_path
from echo.web import second_factor, visitor
from echo.web.entry import show_login

blueprint = Blueprint("passkeys", __name__)
ALONE, SECOND = "/login/passkey", f"{second_factor.PATH}/passkey"


@blueprint.post(f"{ALONE}/options")
@page
async def ask_anybody() -> Response:
    """What the script shall ask the browser for."""
    await visitor.read_form()
    await count_for_address("login")
    return raw(await passkeys.ask(None))


@blueprint.post(ALONE)
@page
async def log_in() -> Response:
    """A passkey was shown instead of a password; its device has asked for a finger or a PIN."""
    given = await visitor.read_form()
    target = local_path(given.text("next", ""), "/account")
    await count_for_address("login")
    try:
        user_id = await passkeys.check(None, given.text("answer", ""))
    except Invalid as error:
        return await show_login(target, problem=error.public, status=422)
    await logins.log_out(visitor.session_text())
    session = await logins.open_session(user_id, visitor.browser())
    return visitor.enter(logins.Entrance(session=session), target)


@blueprint.post(f"{SECOND}/options")
@page
async def ask_somebody() -> Response:
    """The same for whoever has shown the password."""
    await visitor.read_form()
    user_id = await logins.half_way(visitor.ticket())
    if user_id is None:
        return refusal(Gone(logins.TOO_LATE))
    await count_for_address("login", also=("second-factor", user_id))
    return raw(await passkeys.ask(user_id))


@blueprint.post(SECOND)
@page
async def check() -> Response:
    """A passkey was shown after the password."""
    given = await visitor.read_form()
    target = local_path(given.text("next", ""), "/account")
    user_id = await logins.half_way(visitor.ticket())
    if user_id is None:
        return second_factor.too_late()
    await count_for_address("login", also=("second-factor", user_id))
    try:
        await passkeys.check(user_id, given.text("answer", ""))
        session = await logins.finish(visitor.ticket(), visitor.browser())
    except Invalid as error:
        return await second_factor.show_form(user_id, target, problem=error.public, status=422)
    except Gone:
        return second_factor.too_late()
    return visitor.enter(logins.Entrance(session=session), target)


def refusal(error: EchoError) -> Response:
    """Why the script gets no question, in words that it shows."""
    return entity({"error": error.public}, status=error.status)
