"""What policies hold back, for moderators."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import held as actions
from echo.errors import BadRequest
from echo.http.access import needs, staff
from echo.http.reading import cursor_of, page_link, params, read_id
from echo.http.replies import entity
from echo.policy.roles import Permission
from echo.render import policy as render
from echo.store import policies

blueprint = Blueprint("held", __name__)
BASE = "/api/v1/echo/admin/held"


@blueprint.get(BASE)
@needs("admin:read:reports", may=Permission.MANAGE_REPORTS)
async def listing() -> Response:
    """What waits, newest first; with `state` accepted or rejected what was decided."""
    given = await params()
    cursor = cursor_of(given, default=40, maximum=200)
    rows = await policies.held_page(
        state=given.text("state", "waiting"), below_id=cursor.max_id, limit=cursor.limit
    )
    answer = entity(render.held(rows))
    link = page_link(rows[0]["id"], rows[-1]["id"], with_next=len(rows) >= cursor.limit) if rows else None
    if link:
        answer.headers["Link"] = link
    return answer


@blueprint.post(f"{BASE}/<held_id>/accept")
@needs("admin:write:reports", may=Permission.MANAGE_REPORTS)
async def accept(held_id: str) -> Response:
    """Let it through, with the changes that policies made."""
    await actions.accept(staff(), read_id(held_id))
    return entity({})


@blueprint.post(f"{BASE}/<held_id>/reject")
@needs("admin:write:reports", may=Permission.MANAGE_REPORTS)
async def reject(held_id: str) -> Response:
    """Do not take it."""
    await actions.reject(staff(), read_id(held_id))
    return entity({})


@blueprint.post(f"{BASE}/decide")
@needs("admin:write:reports", may=Permission.MANAGE_REPORTS)
async def decide() -> Response:
    """Decide about all of `ids` at once: `action` is accept or reject. Unknown ones are left out."""
    given = await params()
    action = given.text("action", "")
    if action not in ("accept", "reject"):
        raise BadRequest("param is missing or the value is empty: action")
    done = await actions.decide(staff(), given.ids("ids"), is_accepted=action == "accept")
    return entity({"count": done})
