"""The page behind the link that a new server prints: whoever opens it first owns the server."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import logins, sign_up
from echo.errors import Gone, Invalid
from echo.http.access import page
from echo.http.families import count_for_address
from echo.web import visitor
from echo.web.forms import by_field
from echo.web.page import Meta, show
from echo.web.sign_up import read_sign_up

blueprint = Blueprint("set_up", __name__)


@blueprint.get("/setup/<secret>")
@page
async def set_up(secret: str) -> Response:
    """The form for the first account."""
    if not await sign_up.may_set_up(secret):
        raise Gone("This link has been used, or is too old")
    return await _form({}, {})


@blueprint.post("/setup/<secret>")
@page
async def set_up_now(secret: str) -> Response:
    """Makes the owner and logs them in."""
    given = await visitor.read_form()
    await count_for_address("sign_up")
    try:
        user = await sign_up.set_up(secret, read_sign_up(given, locale=request.accept_languages.best or "en"))
    except Invalid as error:
        kept = {name: given.text(name, "") for name in ("username", "email")}
        return await _form(kept, by_field(error), status=422)
    response = visitor.redirect("/admin/settings?step=1")
    visitor.start_session(response, await logins.open_session(user.id, visitor.browser()))
    return response


async def _form(kept: dict[str, str], problems: dict[str, str], *, status: int = 200) -> Response:
    return await show(
        "set_up.html",
        meta=Meta(title="Welcome"),
        status=status,
        has_form=True,
        kept=kept,
        problems=problems,
    )
