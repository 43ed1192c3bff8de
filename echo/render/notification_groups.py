"""Groups of notifications, with everybody and everything they speak of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from echo.policy.viewer import Viewer
from echo.render import notification, times
from echo.render.entities import Entity
from echo.render.notification import Referred
from echo.store.notification_pages import Group

_encode = msgspec.json.Encoder().encode


class PartialAccount(Entity, frozen=True, kw_only=True):
    """As much of an account as a small picture needs."""

    id: str
    acct: str
    locked: bool
    bot: bool
    url: str
    avatar: str
    avatar_static: str
    avatar_description: str


_partial = msgspec.json.Decoder(PartialAccount).decode


async def results(
    viewer: Viewer,
    groups: Sequence[Group],
    *,
    supported: Collection[str] | None = None,
    partial_avatars: bool = False,
    is_page: bool = True,
) -> bytes:
    """Groups and, once each, all accounts and posts in them. What cannot be shown any more is left out.

    Shapes:  partial_avatars: only the newest of each group as a whole account; is_page: one page of many
    """
    samples = {i for group in groups for i in group.sample_ids}
    found = await notification.referred(viewer, [group.row for group in groups], samples)
    shown = [group for group in groups if found.has_all(group.row)]
    people = [[i for i in group.sample_ids if i in found.people] for group in shown]
    whole = list(dict.fromkeys(i for ids in people for i in (ids[:1] if partial_avatars else ids)))
    posts = dict.fromkeys(group.row["post_id"] for group in shown if group.row["post_id"] is not None)
    parts = [
        b'{"accounts":' + _list([found.people[i] for i in whole]),
        b',"statuses":' + _list([found.posts[i] for i in posts]),
        b',"notification_groups":',
        _list(
            [
                _one(group, found, ids, supported, is_page=is_page)
                for group, ids in zip(shown, people, strict=True)
            ]
        ),
    ]
    if partial_avatars:
        rest = dict.fromkeys(i for ids in people for i in ids if i not in set(whole))
        parts += [b',"partial_accounts":', _encode([_partial(found.people[i]) for i in rest])]
    return b"".join(parts) + b"}"


def _one(
    group: Group, found: Referred, people: Sequence[int], supported: Collection[str] | None, *, is_page: bool
) -> bytes:
    row = group.row
    document: dict[str, Any] = {
        "group_key": notification.group_key(row) if group.key else f"ungrouped-{row['id']}",
        "notifications_count": group.count,
        "type": notification.TYPES[row["kind"]],
        "most_recent_notification_id": group.newest_id,
        "sample_account_ids": [str(i) for i in people],
    }
    if is_page:
        document |= {
            "page_min_id": str(group.oldest_id),
            "page_max_id": str(group.newest_id),
            "latest_page_notification_at": times.iso(group.newest_at),
        }
    if row["post_id"] is not None:
        document["status_id"] = str(row["post_id"])
    document |= notification.fallback(row, found, supported)
    return _encode(document)[:-1] + found.object_field(row) + b"}"


def _list(parts: Sequence[bytes]) -> bytes:
    return b"[" + b",".join(parts) + b"]"
