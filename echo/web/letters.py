"""Where the links in letters lead: confirming an address, choosing a new password.

Opening a link changes nothing, because mail programs open links by themselves; a button does.
"""

from __future__ import annotations

from urllib.parse import urlencode

from quart import Blueprint, Response

from echo.actions import confirmations, password_changes
from echo.actions.links import LinkKind
from echo.errors import Gone, Invalid
from echo.http.access import page
from echo.http.families import count_for_address
from echo.store import users
from echo.store.auth import is_link_open
from echo.web import visitor
from echo.web.forms import by_field
from echo.web.page import Meta, show

blueprint = Blueprint("letters", __name__)
OLD_LINK = "This link has been used, or is too old"


@blueprint.get("/confirm/<secret>")
@page
async def confirm(secret: str) -> Response:
    """A button that confirms the address."""
    if not await is_link_open(LinkKind.CONFIRM, secret):
        raise Gone(OLD_LINK)
    return await show("confirm.html", meta=Meta(title="Confirm your address"), has_form=True)


@blueprint.post("/confirm/<secret>")
@page
async def confirm_now(secret: str) -> Response:
    """The button was pressed."""
    await visitor.read_form()
    user = await confirmations.confirm(secret)
    target = visitor.wish()
    if not user.approved_at:
        return visitor.redirect("/account" if await visitor.login() else "/login?done=waiting")
    if not await visitor.login():
        return visitor.redirect(f"/login?{urlencode({'done': 'confirmed', 'next': target})}")
    response = visitor.redirect(target)
    visitor.keep(response, "wish", "", max_age_seconds=0)
    return response


@blueprint.post("/confirm")
@page
async def send_again() -> Response:
    """Another confirmation letter for whoever is logged in."""
    await visitor.read_form()
    await count_for_address("sign_up")
    person = await visitor.login()
    if person is None:
        return visitor.to_login("/account")
    await confirmations.resend(person.user_id)
    return visitor.redirect("/account?done=sent")


@blueprint.get("/password")
@page
async def forgot() -> Response:
    """Asks for the address to which a link is sent."""
    return await show("forgot.html", meta=Meta(title="Forgot your password?"), has_form=True, sent=False)


@blueprint.post("/password")
@page
async def send_link() -> Response:
    """Says the same whether there is such a person or not."""
    given = await visitor.read_form()
    email = given.text("email", "").strip()
    await count_for_address("login", also=("reset", users.login_key(email)))
    await password_changes.request_password_reset(email)
    return await show("forgot.html", meta=Meta(title="Look into your mail"), has_form=True, sent=True)


@blueprint.get("/password/<secret>")
@page
async def new_password(secret: str) -> Response:
    """Asks for a new password."""
    if not await is_link_open(LinkKind.RESET, secret):
        raise Gone(OLD_LINK)
    return await _password_form({})


@blueprint.post("/password/<secret>")
@page
async def set_password(secret: str) -> Response:
    """Sets it; whoever was logged in is not any more."""
    given = await visitor.read_form()
    await count_for_address("login")
    try:
        await password_changes.reset_password(secret, given.text("password", ""))
    except Invalid as error:
        return await _password_form(by_field(error), status=422)
    response = visitor.redirect("/login?done=password")
    visitor.end_session(response)
    return response


async def _password_form(problems: dict[str, str], *, status: int = 200) -> Response:
    return await show(
        "new_password.html",
        meta=Meta(title="Choose a new password"),
        status=status,
        has_form=True,
        problems=problems,
    )
