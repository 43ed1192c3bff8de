"""Everybody's invitations."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo import addresses, clock, settings
from echo.actions import invites as actions
from echo.http.reading import read_id
from echo.policy.roles import Permission
from echo.store import invites
from echo.store.cursor import Cursor
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, show_staff, staff_page

blueprint = Blueprint("invite_pages", __name__)
PATH = "/admin/invites"
SHOWN = 100
NOTICES = {
    "ended": "The invitation is taken back. Who came with it stays.",
    "all": "All invitations are taken back.",
}
STATES = {"": "All", "open": "Open", "closed": "Over"}


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_INVITES)
async def listing() -> Response:
    """Invitations, the last first."""
    state = request.args.get("state", "")
    rows = await invites.page(
        Cursor(limit=SHOWN, max_id=request.args.get("before", type=int)),
        owner_id=None,
        state=state if state in STATES else "",
        at=clock.now(),
    )
    return await show_staff(
        "invites.html",
        title="Invitations",
        notices=NOTICES,
        invites=[(row, addresses.here().invite(row["code"])) for row in rows],
        state=state,
        states=STATES,
        mode=settings.here().registrations.mode,
        before=rows[-1]["id"] if len(rows) == SHOWN else None,
    )


@blueprint.post(PATH)
@staff_page(Permission.MANAGE_INVITES)
async def end_all() -> Response:
    """Take all back that are open."""
    await visitor.read_form()
    await actions.end_all(await by())
    return done_at(PATH, "all")


@blueprint.post(f"{PATH}/<invite_id>/end")
@staff_page(Permission.MANAGE_INVITES)
async def end(invite_id: str) -> Response:
    """Take one back."""
    await visitor.read_form()
    await actions.end_any(await by(), read_id(invite_id))
    return done_at(PATH, "ended")
