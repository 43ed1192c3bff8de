"""Signing up, logging in, logging out."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from quart import Blueprint, Response, request

from echo import ports, settings
from echo.actions import logins
from echo.actions.drafts import SignUp
from echo.actions.sign_up import sign_up as sign_somebody_up
from echo.errors import Invalid
from echo.http.access import page
from echo.http.families import count_for_address
from echo.http.params import Params
from echo.policy.redirects import local_path
from echo.store import apps, house_texts
from echo.web import visitor
from echo.web.forms import by_field
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
SIGN_UP_FIELDS = ("username", "email", "date_of_birth", "reason")


@blueprint.get("/login")
@page
async def login() -> Response:
    """The log-in form."""
    target = local_path(request.args.get("next", ""), "/account")
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
    await count_for_address("login", also=("login", name.lower()))
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


@blueprint.get("/sign-up")
@page
async def sign_up() -> Response:
    """The sign-up form, or that there is none."""
    if await visitor.login():
        return visitor.redirect("/account")
    return await _sign_up_form({}, {})


@blueprint.post("/sign-up")
@page
async def sign_up_now() -> Response:
    """Make an account."""
    given = await visitor.read_form()
    await count_for_address("sign_up")
    try:
        user = await sign_somebody_up(read_sign_up(given, locale=request.accept_languages.best or "en"))
    except Invalid as error:
        kept = {name: given.text(name, "") for name in SIGN_UP_FIELDS}
        return await _sign_up_form(kept, by_field(error), status=422)
    session = await logins.open_session(user.id, visitor.browser())
    response = visitor.redirect("/account")
    visitor.start_session(response, session)
    return response


def read_sign_up(given: Params, *, locale: str) -> SignUp:
    """What somebody typed into a form that makes an account."""
    return SignUp(
        username=given.text("username", ""),
        email=given.text("email", ""),
        password=given.text("password", ""),
        locale=locale,
        reason=given.text("reason", ""),
        agreement=given.boolean("agreement", default=False),
        born_on=given.day("date_of_birth"),
    )


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


async def _sign_up_form(kept: dict[str, str], problems: dict[str, str], *, status: int = 200) -> Response:
    rules = settings.here().registrations
    return await show(
        "sign_up.html",
        meta=Meta(title="Sign up"),
        status=status,
        has_form=True,
        rules=[rule for rule, _ in house_texts.rules()],
        is_open=rules.mode in {"open", "approval"},
        needs_reason=rules.mode == "approval",
        kept=kept,
        problems=problems,
    )


async def _app_of(target: str) -> str:
    """The name of the app that waits behind the log-in, if one does."""
    parts = urlsplit(target)
    if parts.path.rstrip("/") != "/oauth/authorize":
        return ""
    client_id = parse_qs(parts.query).get("client_id", [""])[0]
    client = await apps.find_by_client_id(client_id)
    return client.name if client else ""
