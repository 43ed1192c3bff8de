"""One's own page: what keeps the account from being used, the password, the apps that have access."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import auth, password_changes
from echo.addresses import here
from echo.errors import Invalid, NotFound
from echo.http.access import page
from echo.http.families import count_for_address
from echo.ids import parse_id
from echo.policy.standing import Login
from echo.render import cards
from echo.store import apps, users
from echo.web import visitor
from echo.web.page import Meta, show
from echo.web.wishes import wishes

blueprint = Blueprint("account", __name__)
NOTICES = {
    "sent": "The letter is on its way.",
    "password": "Your new password is set. Every other device was logged out.",
    "app": "The app has no access any more.",
    "owner": "This server is yours now.",
}


@blueprint.get("/account")
@page
async def account() -> Response:
    """The page."""
    person = await visitor.login()
    if person is None:
        return visitor.to_login("/account")
    return await _page(person, notice=NOTICES.get(request.args.get("done", ""), ""))


@blueprint.post("/account/password")
@page
async def change_password() -> Response:
    """A new password; this browser stays logged in, everything else does not."""
    given = await visitor.read_form()
    person = await visitor.login()
    if person is None:
        return visitor.to_login("/account")
    await count_for_address("login", also=("login", person.username))
    try:
        session = await password_changes.change_password(
            person.user_id, given.text("old", ""), given.text("password", ""), visitor.browser()
        )
    except Invalid as error:
        return await _page(person, problem=error.public, status=422)
    response = visitor.redirect("/account?done=password")
    visitor.start_session(response, session)
    return response


@blueprint.post("/account/apps/<app_id>")
@page
async def disconnect(app_id: str) -> Response:
    """An app loses its access."""
    await visitor.read_form()
    person, number = await visitor.login(), parse_id(app_id)
    if person is None:
        return visitor.to_login("/account")
    if number is None:
        raise NotFound
    await auth.disconnect(person.user_id, number)
    return visitor.redirect("/account?done=app")


async def _page(person: Login, *, notice: str = "", problem: str = "", status: int = 200) -> Response:
    credentials = await users.find(person.user_id)
    connected = await apps.connected_to(person.user_id)
    return await show(
        "account.html",
        meta=Meta(title="Your account"),
        status=status,
        person=person,
        author=await cards.author(person.user_id) if credentials else None,
        handle=f"@{person.username}@{here().domain}",
        email=(credentials.unconfirmed_email or credentials.email) if credentials else "",
        connected=[(app, wishes(app.scopes)) for app in connected],
        notice=notice,
        problem=problem,
    )
