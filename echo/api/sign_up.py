"""Signing up through an app, and the confirmation letter."""

from __future__ import annotations

import msgspec
from quart import Blueprint, Response

from echo import ports
from echo.actions import auth, confirmations
from echo.actions.drafts import SignUp
from echo.actions.sign_up import sign_up
from echo.errors import Forbidden, Invalid
from echo.http.access import app_or_user, caller_address, current, public
from echo.http.families import count_for_address
from echo.http.reading import params
from echo.http.replies import empty, entity
from echo.render import oauth
from echo.render.fence_entities import SignUpChallenge
from echo.store import users

blueprint = Blueprint("sign_up", __name__)


@blueprint.post("/api/v1/accounts")
@app_or_user("write:accounts")
async def create() -> Response:
    """An app signs somebody up: a token for them, worth nothing until their address is confirmed."""
    if current().user_id is not None:
        raise Forbidden
    await count_for_address("sign_up")
    given = await params()
    user = await sign_up(
        SignUp(
            username=given.text("username", ""),
            email=given.text("email", ""),
            password=given.text("password", ""),
            locale=given.text("locale", "en"),
            reason=given.text("reason", ""),
            agreement=given.boolean("agreement", default=False),
            born_on=given.day("date_of_birth"),
            app_id=current().app_id,
            invite_code=given.text("invite_code", ""),
            address=caller_address(),
            proof=given.text("proof", ""),
        )
    )
    issued = await auth.create_token_for(user.id, current().scopes, app_id=current().app_id)
    return entity(oauth.token(issued))


@blueprint.get("/api/v1/echo/sign_up/challenge")
@public
async def challenge() -> Response:
    """What an app does to show that a person signs up; its answer goes as `proof` with the sign-up."""
    check = ports.human_check()
    given = check.challenge() if check.name else ""
    return entity(
        SignUpChallenge(
            check=check.name or None,
            challenge=msgspec.json.decode(given) if check.name == "work" else None,
            site_key=given if check.name == "hcaptcha" else None,
        )
    )


@blueprint.post("/api/v1/emails/confirmations")
@app_or_user("write:accounts", any_state=True)
async def resend() -> Response:
    """The app that signed somebody up asks for the letter again."""
    given = await params()
    await count_for_address("sign_up")
    await confirmations.resend_for_app(_user_id(), current().app_id, email=given.text("email", ""))
    return empty()


@blueprint.get("/api/v1/emails/check_confirmation")
@app_or_user(any_state=True)
async def check() -> Response:
    """Whether the address is confirmed: a bare true or false."""
    person = await users.find(_user_id())
    return entity(person is not None and person.is_confirmed)


def _user_id() -> int:
    user_id = current().user_id
    if user_id is None:
        raise Invalid("This method requires an authenticated user")
    return user_id
