"""Invitations of one's own: made, looked at, taken back."""

from __future__ import annotations

from datetime import timedelta

from quart import Blueprint, Response

from echo import addresses, clock, settings
from echo.actions import invites as actions
from echo.actions.invites import InviteDraft
from echo.errors import Forbidden, Invalid
from echo.http.access import page
from echo.http.params import Params
from echo.http.reading import read_id
from echo.policy.roles import Permission
from echo.store import invites
from echo.store.cursor import Cursor
from echo.web.settings.frame import done, given, me, member, show_page

blueprint = Blueprint("settings_invites", __name__)
PATH = "/settings/invites"
SHOWN = 100
# In the words of the page, by hours.
LASTS = {0: "For good", 24: "A day", 24 * 7: "A week", 24 * 30: "A month"}


@blueprint.get(PATH)
@page
@member()
async def index() -> Response:
    """One's invitations, and a form for another."""
    return await _index()


@blueprint.post(PATH)
@page
@member()
async def create() -> Response:
    """Make an invitation."""
    try:
        await actions.create(me().user_id, _draft(given()))
    except Invalid as error:
        return await _index(problem=error.public)
    return done(PATH, "invited")


@blueprint.post(f"{PATH}/<invite_id>/end")
@page
@member()
async def end(invite_id: str) -> Response:
    """Take an invitation back."""
    await actions.end(me().user_id, read_id(invite_id))
    return done(PATH, "uninvited")


async def _index(*, problem: str = "") -> Response:
    person = me()
    rows = await invites.page(Cursor(limit=SHOWN), owner_id=person.user_id, at=clock.now())
    may_invite = person.seat.may(Permission.INVITE_USERS)
    if not may_invite and not rows:
        raise Forbidden
    return await show_page(
        "settings/invites.html",
        "Invite people",
        status=422 if problem else 200,
        problem=problem,
        invites=[(row, addresses.here().invite(row["code"])) for row in rows],
        may_invite=may_invite,
        mode=settings.here().registrations.mode,
        lasts=LASTS,
    )


def _draft(given: Params) -> InviteDraft:
    hours = given.integer("hours", 0)
    return InviteDraft(
        max_uses=given.integer("max_uses"),
        expires_at=clock.now() + timedelta(hours=hours) if hours in LASTS and hours else None,
        autofollow=given.boolean("autofollow", default=False),
        comment=given.text("comment", "").strip(),
    )
