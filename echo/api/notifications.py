"""Notifications, one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from quart import Blueprint, Response

from echo.actions import notices
from echo.errors import NotFound
from echo.http.access import account_id, needs, viewer
from echo.http.params import Params
from echo.http.reading import cursor_of, page_link, params, read_id
from echo.http.replies import array, empty, entity, raw
from echo.ids import parse_id
from echo.policy.notices import ONLY_ASKED
from echo.render import notification
from echo.store import markers, notification_pages, notifications
from echo.store.notification_pages import Wanted

blueprint = Blueprint("notifications", __name__)
UNREAD_DEFAULT, UNREAD_MAX = 100, 1000
PAGE_DEFAULT, PAGE_MAX = 40, 80


@blueprint.get("/api/v1/notifications")
@needs("read:notifications")
async def page() -> Response:
    """What one is told, newest first."""
    given = await params()
    cursor = cursor_of(given, default=PAGE_DEFAULT, maximum=PAGE_MAX)
    wanted = read_wanted(given)
    rows = [] if wanted is None else await notification_pages.page(wanted, cursor)
    link = page_link(rows[0]["id"], rows[-1]["id"]) if rows else None
    return array(await notification.many(viewer(), rows, read_supported(given)), link=link)


@blueprint.get("/api/v1/notifications/unread_count")
@needs("read:notifications")
async def unread_count() -> Response:
    """How many are newer than the marker."""
    given = await params()
    return await count_unread(given)


@blueprint.get("/api/v1/notifications/<notification_id>")
@needs("read:notifications")
async def show(notification_id: str) -> Response:
    """One of them."""
    given = await params()
    row = await notifications.find(account_id(), read_id(notification_id))
    rendered = await notification.many(viewer(), [row], read_supported(given)) if row is not None else []
    if not rendered:
        raise NotFound
    return raw(rendered[0])


@blueprint.post("/api/v1/notifications/clear", endpoint="clear_v1")
@blueprint.post("/api/v2/notifications/clear", endpoint="clear_v2")
@needs("write:notifications")
async def clear() -> Response:
    """Forget all."""
    await notices.clear(account_id())
    return empty()


@blueprint.post("/api/v1/notifications/<notification_id>/dismiss")
@needs("write:notifications")
async def dismiss(notification_id: str) -> Response:
    """Forget one."""
    if not await notices.forget(account_id(), read_id(notification_id)):
        raise NotFound
    return empty()


def read_wanted(given: Params) -> Wanted | None:
    """Which notifications a client asks for; None where only for types that there are not."""
    wanted = given.list("types") or given.list("include_types")
    kinds = kinds_of(wanted)
    if wanted and not kinds:
        return None
    return Wanted(
        account_id=account_id(),
        kinds=kinds,
        except_kinds=kinds_of(given.list("exclude_types")) + _unasked(given, kinds),
        from_id=given.id("account_id"),
        with_filtered=given.boolean("include_filtered", default=False),
    )


def _unasked(given: Params, kinds: Sequence[str]) -> list[str]:
    """Kinds that an app gets only when it asks for them, or takes words for what it does not know."""
    return [] if kinds or given.has("supported_types") else [kind.value for kind in ONLY_ASKED]


def read_supported(given: Params) -> Collection[str] | None:
    """The types that a client says it knows; None where it says nothing."""
    return set(given.list("supported_types")) if given.has("supported_types") else None


async def count_unread(given: Params, grouped_kinds: Collection[str] = ()) -> Response:
    """How many of those that are asked for are newer than the marker."""
    limit = min(abs(given.integer("limit") or UNREAD_DEFAULT), UNREAD_MAX)
    wanted = read_wanted(given)
    if wanted is None:
        return entity({"count": 0})
    stored = {row["timeline"]: row for row in await markers.of(account_id())}
    last_read = parse_id(stored["notifications"]["last_read_id"]) if "notifications" in stored else 0
    return entity(
        {"count": await notification_pages.count_after(wanted, last_read or 0, limit, list(grouped_kinds))}
    )


def kinds_of(words: Iterable[str]) -> list[str]:
    """What is stored for types; unknown ones are left out."""
    return [notification.KINDS[word] for word in words if word in notification.KINDS]
