"""Logging in and out."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from quart import Blueprint, Response, request

from echo import ports
from echo.actions import logins
from echo.errors import Invalid
from echo.http.access import page
from echo.http.families import count_for_address
from echo.policy.redirects import local_path
from echo.store import apps, users
from echo.web import visitor
from echo.web.page import Meta, allow_scripts, show

blueprint = Blueprint("entry", __name__)
# What a page that led here may have to say; addresses carry the word only.
NOTICES = {
    "confirmed": "Your address is confirmed. You can log in now.",
    "waiting": "Your address is confirmed. A moderator will look at your request soon.",
    "password": "Your new password is set. Every device was logged out.",
    "out": "You are logged out.",
    "late": "That took too long. Log in again.",
    "deleted": "Your account is deleted.",
}


@blueprint.get("/login")
@page
async def login() -> Response:
    """The log-in form."""
    target = local_path(request.args.get("next", ""), visitor.wish())
    if await visitor.login() and "again" not in request.args:
        return visitor.redirect(target)
    notice = NOTICES.get(request.args.get("done", ""), "")
    return await show_login(target, notice=notice)


@blueprint.post("/login")
@page
async def log_in() -> Response:
    """Check name and password; the browser gets a new session."""
    given = await visitor.read_form()
    name = given.text("name", "").strip()
    target = local_path(given.text("next", ""), "/account")
    await count_for_address("login", also=("login", users.login_key(name)))
    try:
        entrance = await logins.log_in(name, given.text("password", ""), visitor.browser())
    except Invalid as error:
        return await show_login(target, name=name, problem=error.public, status=422)
    await logins.log_out(visitor.session_text())
    return visitor.enter(entrance, target)


@blueprint.post("/logout")
@page
async def log_out() -> Response:
    """End the session, here and on the server."""
    await visitor.read_form()
    await logins.log_out(visitor.session_text())
    response = visitor.redirect("/login?done=out")
    visitor.end_session(response)
    return response


async def show_login(
    target: str, *, name: str = "", problem: str = "", notice: str = "", status: int = 200
) -> Response:
    """The log-in form."""
    response = await show(
        "login.html",
        meta=Meta(title="Log in"),
        status=status,
        has_form=True,
        target=target,
        app_name=await _app_of(target),
        name=name,
        problem=problem,
        notice=notice,
        service=ports.identity_provider().name,
    )
    return allow_scripts(response)


async def _app_of(target: str) -> str:
    """The name of the app that waits behind the log-in, if one does."""
    parts = urlsplit(target)
    if parts.path.rstrip("/") != "/oauth/authorize":
        return ""
    client_id = parse_qs(parts.query).get("client_id", [""])[0]
    client = await apps.find_by_client_id(client_id)
    return client.name if client else ""
