"""Appeals, and words for strikes."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import appeals, staff_notes
from echo.errors import Invalid, NotFound
from echo.http.reading import read_id
from echo.ids import parse_id
from echo.kinds_of_moderation import AppealState
from echo.policy.roles import Permission
from echo.store import strikes
from echo.store.cursor import Cursor
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, show_staff, staff_page

blueprint = Blueprint("appeal_pages", __name__)
PATH, SHELF = "/admin/appeals", "/admin/presets"
ROWS = 30
NOTICES = {
    "approve": "Granted, and what was done is undone.",
    "reject": "It stays as it is. They get a letter.",
    "gone": "Somebody else was faster.",
    "kept": "Kept.",
    "deleted": "Gone. Strikes that used the words keep theirs.",
}


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_APPEALS)
async def listing() -> Response:
    """Appeals that wait, or that were answered."""
    state = request.args.get("state", AppealState.PENDING)
    state = state if state in list(AppealState) else AppealState.PENDING
    cursor = Cursor(limit=ROWS, max_id=parse_id(request.args.get("before", "")))
    found = await strikes.appeals(state, cursor)
    return await show_staff(
        "appeals.html",
        title="Appeals",
        notices=NOTICES,
        state=state,
        states=[one.value for one in AppealState],
        found=found,
        more=str(found[-1]["id"]) if len(found) == ROWS else "",
    )


@blueprint.post(f"{PATH}/<strike_id>")
@staff_page(Permission.MANAGE_APPEALS)
async def answer(strike_id: str) -> Response:
    """Grant an appeal, or not."""
    number, given = read_id(strike_id), await visitor.read_form()
    decide = {"approve": appeals.approve, "reject": appeals.reject}.get(given.text("do", ""))
    if decide is None or number not in await strikes.rows([number]):
        raise NotFound
    try:
        await decide(await by(), number)
    except NotFound:
        return done_at(PATH, "gone")
    return done_at(PATH, given.text("do", ""))


@blueprint.get(SHELF)
@staff_page(Permission.MANAGE_SETTINGS)
async def presets() -> Response:
    """Words for strikes that are needed often."""
    return await _presets()


@blueprint.post(SHELF)
@staff_page(Permission.MANAGE_SETTINGS)
async def change_presets() -> Response:
    """Keep some, or take some away."""
    given = await visitor.read_form()
    if given.text("do", "") == "delete":
        await staff_notes.delete_preset(await by(), read_id(given.text("preset", "")))
        return done_at(SHELF, "deleted")
    try:
        await staff_notes.keep_preset(await by(), given.text("title", ""), given.text("text", ""))
    except Invalid as error:
        return await _presets(bad=error.public)
    return done_at(SHELF, "kept")


async def _presets(*, bad: str = "") -> Response:
    return await show_staff(
        "presets.html", title="Words for strikes", notices=NOTICES, bad=bad, presets=await strikes.presets()
    )
