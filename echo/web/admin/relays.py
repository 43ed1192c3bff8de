"""Relays: servers that repeat what is public."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import relays as actions
from echo.errors import Invalid, NotFound
from echo.http.reading import read_id
from echo.policy.roles import Permission
from echo.store import relays
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, show_staff, staff_page

blueprint = Blueprint("relay_pages", __name__)
PATH = "/admin/relays"
NOTICES = {"asked": "The relay is asked. Here stands what it answers.", "left": "The relay is left."}
STATES = {"pending": "asked", "accepted": "repeats", "rejected": "refused"}


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_FEDERATION)
async def listing() -> Response:
    """The relays, and a form for another."""
    return await _listing()


@blueprint.post(PATH)
@staff_page(Permission.MANAGE_FEDERATION)
async def change() -> Response:
    """Subscribe to one, or leave one."""
    given = await visitor.read_form()
    if given.has("leave"):
        number = read_id(given.text("leave", ""))
        if await relays.find(number) is None:
            raise NotFound
        await actions.remove(await by(), str(number))
        return done_at(PATH, "left")
    address = given.text("address", "").strip()
    try:
        await actions.subscribe(await by(), address)
    except Invalid as error:
        return await _listing(bad=error.public, address=address)
    return done_at(PATH, "asked")


async def _listing(*, bad: str = "", address: str = "") -> Response:
    return await show_staff(
        "relays.html",
        title="Relays",
        notices=NOTICES,
        bad=bad,
        relays=await relays.listing(),
        states=STATES,
        address=address,
    )
