"""Another user name."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import proof_codes, renaming
from echo.addresses import here
from echo.errors import Invalid
from echo.http.access import page
from echo.http.families import count_for_address
from echo.web.settings.frame import done, given, me, member, show_page

blueprint = Blueprint("settings_renaming", __name__)
PATH = "/settings/name"


@blueprint.get(PATH)
@page
@member()
async def ask() -> Response:
    """What it does, and a form for it."""
    return await _page()


@blueprint.post(PATH)
@page
@member()
async def rename() -> Response:
    """The new name counts from now on; the old one leads to it."""
    await count_for_address("login", also=("login", me().username))
    wanted = given().text("new_name", "")
    try:
        await renaming.rename_oneself(me().user_id, given().text("password", ""), wanted)
    except Invalid as error:
        return await _page(wanted=wanted, problem=error.public, status=422)
    return done(PATH, "renamed")


async def _page(*, wanted: str = "", problem: str = "", status: int = 200) -> Response:
    return await show_page(
        "settings/name.html",
        "User name",
        problem=problem,
        status=status,
        wanted=wanted,
        handle=f"@{me().username}@{here().domain}",
        days=renaming.REST.days,
        may_have_code=await proof_codes.may_ask(me().user_id),
    )
