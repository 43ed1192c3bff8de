"""Notifications in groups: what many people did to the same thing is told as one."""

from __future__ import annotations

import re

from quart import Blueprint, Response

from echo.actions import notices
from echo.api.notifications import (
    PAGE_DEFAULT,
    PAGE_MAX,
    count_unread,
    kinds_of,
    read_supported,
    read_wanted,
)
from echo.api.reading import account_page
from echo.db import Row
from echo.errors import BadRequest, NotFound
from echo.http.access import account_id, needs, viewer
from echo.http.params import Params
from echo.http.reading import cursor_of, page_link, params, read_id
from echo.http.replies import array, empty, raw
from echo.ids import parse_id
from echo.policy.notices import GROUPABLE
from echo.render import account, notification, notification_groups
from echo.store import notification_pages, notifications
from echo.store.notification_pages import Group, GroupKey

blueprint = Blueprint("notification_groups", __name__)
# `TYPE-POST-HOUR`, or `TYPE-HOUR` where it is about no post.
_KEY = re.compile(r"(?P<type>[a-z_.]+)(-(?P<post>[0-9]{1,19}))?-(?P<hour>[0-9]{1,9})", re.ASCII)
_ALONE = "ungrouped-"


@blueprint.get("/api/v2/notifications")
@needs("read:notifications")
async def page() -> Response:
    """Groups, newest first, with everybody and everything in them."""
    given = await params()
    cursor = cursor_of(given, default=PAGE_DEFAULT, maximum=PAGE_MAX)
    partial_avatars, wanted = _partial_avatars(given), read_wanted(given)
    groups = [] if wanted is None else await notification_pages.grouped_page(wanted, _grouped(given), cursor)
    body = await notification_groups.results(
        viewer(), groups, supported=read_supported(given), partial_avatars=partial_avatars
    )
    response = raw(body)
    if groups:
        newest = max(group.newest_id for group in groups)
        response.headers["Link"] = page_link(newest, groups[-1].row["id"]) or ""
    return response


@blueprint.get("/api/v2/notifications/unread_count")
@needs("read:notifications")
async def unread_count() -> Response:
    """How many groups have something newer than the marker."""
    given = await params()
    return await count_unread(given, _grouped(given))


@blueprint.get("/api/v2/notifications/<group_key>")
@needs("read:notifications")
async def show(group_key: str) -> Response:
    """One group, whole."""
    given = await params()
    body = await notification_groups.results(
        viewer(), [await _group(group_key)], supported=read_supported(given), is_page=False
    )
    return raw(body)


@blueprint.post("/api/v2/notifications/<group_key>/dismiss")
@needs("write:notifications")
async def dismiss(group_key: str) -> Response:
    """Forget a group; nothing happens when it is empty already."""
    key = _read_key(group_key)
    if isinstance(key, int):
        await notices.forget(account_id(), key)
    else:
        await notices.forget_group(account_id(), key.kind, key.post_id, key.hour)
    return empty()


@blueprint.get("/api/v2/notifications/<group_key>/accounts")
@needs("read:notifications")
async def people(group_key: str) -> Response:
    """Everybody in a group, the newest first."""
    given = await params()
    cursor = cursor_of(given, default=PAGE_DEFAULT, maximum=PAGE_MAX)
    key = _read_key(group_key)
    if isinstance(key, int):
        row = await _alone(key)
        return array(await account.many([row["from_id"]]))
    rows = await notification_pages.group_people(account_id(), key, cursor)
    if not rows and await notification_pages.find_group(account_id(), key) is None:
        raise NotFound
    return await account_page(rows, cursor, prev="min_id")


async def _group(text: str) -> Group:
    key = _read_key(text)
    if isinstance(key, int):
        return notification_pages.alone(await _alone(key))
    found = await notification_pages.find_group(account_id(), key)
    if found is None:
        raise NotFound
    return found


async def _alone(notification_id: int) -> Row:
    row = await notifications.find(account_id(), notification_id)
    if row is None:
        raise NotFound
    return row


def _read_key(text: str) -> GroupKey | int:
    """The group that a key names, or the id of a notification that stands alone.

    Raises:  NotFound for what cannot be a key
    """
    if text.startswith(_ALONE):
        return read_id(text.removeprefix(_ALONE))
    match = _KEY.fullmatch(text)
    if match is None or match["type"] not in notification.KINDS or int(match["hour"]) >= 2**31:
        raise NotFound
    post_id = 0 if match["post"] is None else parse_id(match["post"])
    if post_id is None:
        raise NotFound
    return GroupKey(notification.KINDS[match["type"]], post_id, int(match["hour"]))


def _grouped(given: Params) -> list[str]:
    """The kinds that the client wants grouped: all that can be, unless it says which."""
    named = given.list("grouped_types")
    if not named:
        return sorted(GROUPABLE)
    return [kind for kind in kinds_of(named) if kind in GROUPABLE]


def _partial_avatars(given: Params) -> bool:
    wanted = given.text("expand_accounts", "") or "full"
    if wanted not in ("full", "partial_avatars"):
        raise BadRequest("expand_accounts is either full or partial_avatars")
    return wanted == "partial_avatars"
