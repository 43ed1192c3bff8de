"""Notifications, one by one."""

from __future__ import annotations

from collections.abc import Iterable

from quart import Blueprint, Response

from echo.actions import markers
from echo.api.reading import cursor_of, page_link, params, read_id
from echo.errors import NotFound
from echo.http.access import account_id, needs, viewer
from echo.http.replies import array, empty, entity, raw
from echo.ids import parse_id
from echo.render import notification
from echo.store import notifications

blueprint = Blueprint("notifications", __name__)
UNREAD_DEFAULT, UNREAD_MAX = 100, 1000


@blueprint.get("/api/v1/notifications")
@needs("read:notifications")
async def page() -> Response:
    """What one is told, newest first."""
    given = await params()
    cursor = cursor_of(given, default=40, maximum=80)
    wanted = given.list("types")
    kinds = _kinds(wanted)
    if wanted and not kinds:
        return array([])
    rows = await notifications.page(
        account_id(),
        cursor,
        kinds=kinds,
        except_kinds=_kinds(given.list("exclude_types")),
        from_id=given.id("account_id"),
    )
    link = page_link(rows[0]["id"], rows[-1]["id"]) if rows else None
    return array(await notification.many(viewer(), rows), link=link)


@blueprint.get("/api/v1/notifications/unread_count")
@needs("read:notifications")
async def unread_count() -> Response:
    """How many are newer than the marker."""
    given = await params()
    limit = min(abs(given.integer("limit") or UNREAD_DEFAULT), UNREAD_MAX)
    stored = {row["timeline"]: row for row in await markers.markers(account_id())}
    last_read = parse_id(stored["notifications"]["last_read_id"]) if "notifications" in stored else 0
    return entity({"count": await notifications.count_after(account_id(), last_read or 0, limit)})


@blueprint.get("/api/v1/notifications/<notification_id>")
@needs("read:notifications")
async def show(notification_id: str) -> Response:
    """One of them."""
    row = await notifications.find(account_id(), read_id(notification_id))
    rendered = await notification.many(viewer(), [row]) if row is not None else []
    if not rendered:
        raise NotFound
    return raw(rendered[0])


@blueprint.post("/api/v1/notifications/clear")
@needs("write:notifications")
async def clear() -> Response:
    """Forget all."""
    await notifications.delete_all(account_id())
    return empty()


@blueprint.post("/api/v1/notifications/<notification_id>/dismiss")
@needs("write:notifications")
async def dismiss(notification_id: str) -> Response:
    """Forget one."""
    if not await notifications.delete(account_id(), read_id(notification_id)):
        raise NotFound
    return empty()


def _kinds(words: Iterable[str]) -> list[str]:
    return [notification.KINDS[word] for word in words if word in notification.KINDS]
