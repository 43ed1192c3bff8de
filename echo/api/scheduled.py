"""Posts that wait for their time."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import schedules
from echo.api.writing import require_due_at
from echo.http.access import account_id, needs
from echo.http.reading import cursor_of, page_link, params, read_id, update_route
from echo.http.replies import array, empty, entity
from echo.render import scheduled
from echo.store import schedules as store

blueprint = Blueprint("scheduled", __name__)


@blueprint.get("/api/v1/scheduled_statuses")
@needs("read:statuses")
async def index() -> Response:
    """One's own posts that wait, and those that could not be published."""
    cursor = cursor_of(await params(), default=20, maximum=40)
    rows = await store.page(account_id(), cursor)
    link = None
    if rows:
        link = page_link(rows[0]["id"], rows[-1]["id"], with_next=len(rows) >= cursor.limit)
    return array(await scheduled.many(rows), link=link)


@blueprint.get("/api/v1/scheduled_statuses/<schedule_id>")
@needs("read:statuses")
async def show(schedule_id: str) -> Response:
    """One of them."""
    return entity(await scheduled.one(await store.get(account_id(), read_id(schedule_id))))


@update_route(blueprint, "/api/v1/scheduled_statuses/<schedule_id>")
@needs("write:statuses")
async def put_off(schedule_id: str) -> Response:
    """Give one another time."""
    known = await store.get(account_id(), read_id(schedule_id))
    await schedules.put_off(account_id(), known["id"], require_due_at(await params()))
    return entity(await scheduled.one(await store.get(account_id(), known["id"])))


@blueprint.delete("/api/v1/scheduled_statuses/<schedule_id>")
@needs("write:statuses")
async def delete(schedule_id: str) -> Response:
    """Forget one; its files are free again."""
    await schedules.cancel(account_id(), read_id(schedule_id))
    return empty()
