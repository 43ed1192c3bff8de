"""What policies hold back, for moderators: one by one, or several at once."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import held as actions
from echo.ids import parse_id
from echo.policy.roles import Permission
from echo.render import policy as render
from echo.store import policies
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, show_staff, staff_page

blueprint = Blueprint("held_pages", __name__)
PATH = "/admin/held"
ROWS = 50
NOTICES = {
    "accept": "Let through.",
    "reject": "Rejected.",
    "none": "Nothing was chosen.",
}
STATES = {"waiting": "Waiting", "accepted": "Let through", "rejected": "Rejected"}
KINDS = {
    "remote_post": "Post of another server",
    "remote_edit": "Edit on another server",
    "post": "Post",
    "edit": "Edit",
    "message": "Message in a chat",
}


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_REPORTS)
async def listing() -> Response:
    """What waits, newest first."""
    state = request.args.get("state", "waiting")
    rows = await policies.held_page(
        state=state, below_id=parse_id(request.args.get("max_id", "")), limit=ROWS
    )
    return await show_staff(
        "held.html",
        title="Held by policies",
        notices=NOTICES,
        things=render.held(rows),
        state=state,
        states=STATES,
        kinds=KINDS,
        older=rows[-1]["id"] if len(rows) == ROWS else None,
    )


@blueprint.post(PATH)
@staff_page(Permission.MANAGE_REPORTS)
async def decide() -> Response:
    """Let through, or reject, what was chosen."""
    given = await visitor.read_form()
    action, chosen = given.text("do", ""), given.ids("held")
    if action not in ("accept", "reject") or not chosen:
        return done_at(PATH, "none")
    await actions.decide(await by(), chosen, is_accepted=action == "accept")
    return done_at(PATH, action)
