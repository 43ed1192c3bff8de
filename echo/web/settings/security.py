"""How somebody proves who they are: password, address, second factor, passkeys."""

from __future__ import annotations

from quart import Blueprint, Response

from echo import ports
from echo.actions import confirmations, password_changes, proof_codes
from echo.errors import Invalid
from echo.http.access import page
from echo.http.families import count_for_address
from echo.store import identities, passkeys, second_factors, users
from echo.web import visitor
from echo.web.page import allow_scripts
from echo.web.settings.frame import done, given, me, member, show_page
from echo.web.settings.navigation import ANYBODY

blueprint = Blueprint("settings_security", __name__)
PATH = "/settings/security"


@blueprint.get(PATH)
@page
@member(ANYBODY)
async def index() -> Response:
    """The page."""
    return await show_security()


@blueprint.post(f"{PATH}/password")
@page
@member(ANYBODY)
async def change_password() -> Response:
    """A new password; this browser stays logged in, everything else does not."""
    person = me()
    await count_for_address("login", also=("login", person.username))
    try:
        session = await password_changes.change_password(
            person.user_id, given().text("old", ""), given().text("password", ""), visitor.browser()
        )
    except Invalid as error:
        return await show_security(problem=error.public, status=422)
    response = done(PATH, "password")
    visitor.start_session(response, session)
    return response


@blueprint.post(f"{PATH}/email")
@page
@member(ANYBODY)
async def change_email() -> Response:
    """Another address, once its link is followed."""
    person = me()
    await count_for_address("login", also=("login", person.username))
    try:
        await confirmations.ask_for_email(
            person.user_id, given().text("password", ""), given().text("email", "")
        )
    except Invalid as error:
        return await show_security(problem=error.public, status=422)
    return done(PATH, "email")


@blueprint.post(f"{PATH}/code")
@page
@member(ANYBODY)
async def send_code() -> Response:
    """A letter with a code that stands in for the password."""
    person = me()
    await count_for_address("login", also=("proof", person.username))
    await proof_codes.ask(person.user_id)
    return done(PATH, "code")


async def show_security(*, problem: str = "", status: int = 200) -> Response:
    """The page, after something that was not taken too."""
    person = me()
    credentials = await users.find(person.user_id)
    response = await show_page(
        "settings/security.html",
        "Password and security",
        problem=problem,
        status=status,
        email=credentials.email if credentials else "",
        asked_email=credentials.unconfirmed_email if credentials else "",
        proofs=await second_factors.of_person(person.user_id),
        passkeys=await passkeys.of_person(person.user_id),
        identities=await identities.of_person(person.user_id),
        service=ports.identity_provider().name,
    )
    return allow_scripts(response)
