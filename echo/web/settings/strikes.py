"""What moderators did to oneself, and one's answer: also for those whose account is frozen or suspended."""

from __future__ import annotations

from typing import Any

import msgspec
from quart import Blueprint, Response

from echo.actions import appeals
from echo.errors import Forbidden, Invalid, NotFound
from echo.http.access import page
from echo.http.reading import read_id
from echo.models import Strike
from echo.render import cards
from echo.store import strikes
from echo.web.settings.frame import done, given, me, member, show_page
from echo.web.settings.navigation import ANYBODY

blueprint = Blueprint("strike_pages", __name__)
PATH = "/settings/strikes"


@blueprint.get(PATH)
@page
@member(ANYBODY)
async def listing() -> Response:
    """All of it, the newest first."""
    found = await strikes.of_account(me().user_id)
    return await show_page("settings/strikes.html", "From the moderators", found=found)


@blueprint.get(f"{PATH}/<strike_id>")
@page
@member(ANYBODY)
async def one(strike_id: str) -> Response:
    """One strike, with the form of an appeal while there is time."""
    return await _one(read_id(strike_id))


@blueprint.post(f"{PATH}/<strike_id>")
@page
@member(ANYBODY)
async def appeal(strike_id: str) -> Response:
    """Say that it is wrong."""
    number = read_id(strike_id)
    try:
        await appeals.appeal(me().user_id, number, given().text("text", ""))
    except (Invalid, Forbidden) as error:
        return await _one(number, problem=error.public)
    return done(f"{PATH}/{number}", "appeal")


async def _one(number: int, *, problem: str = "") -> Response:
    row: Any = (await strikes.rows([number])).get(number)
    if row is None or row["target_id"] != me().user_id:
        raise NotFound
    return await show_page(
        "settings/strike.html",
        "From the moderators",
        status=422 if problem else 200,
        problem=problem,
        row=row,
        is_open=row["appeal_state"] is None and appeals.may_appeal(await Strike.get(id=number)),
        posts=await cards.reported(me().viewer, msgspec.json.decode(row["post_ids"])),
    )
