"""The first page of somebody who is logged in: what keeps them from going on, and the way to all settings."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.addresses import here
from echo.http.access import page
from echo.render import cards
from echo.store import users
from echo.web import visitor
from echo.web.settings.frame import me, member, show_page
from echo.web.settings.navigation import ANYBODY

blueprint = Blueprint("account", __name__)
NOTICES = {
    "sent": "The letter is on its way.",
    "owner": "This server is yours now.",
    "said": "Your post is on its way.",
}


@blueprint.get("/account")
@page
@member(ANYBODY)
async def overview() -> Response:
    """The page."""
    person = me()
    credentials = await users.find(person.user_id)
    return await show_page(
        "settings/overview.html",
        "Your account",
        author=await cards.author(person.user_id) if credentials else None,
        handle=f"@{person.username}@{here().domain}",
        email=(credentials.unconfirmed_email or credentials.email) if credentials else "",
        told=NOTICES.get(request.args.get("done", ""), ""),
    )


@blueprint.get("/settings")
@page
async def index() -> Response:
    """The same page, by the name that people guess."""
    return visitor.redirect("/account", status=302)
