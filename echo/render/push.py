"""Web push: a subscription, and the message that is pushed."""

from __future__ import annotations

from typing import Any

import msgspec

from echo.db import Row
from echo.kinds import NotificationKind
from echo.policy import push_keys, seals
from echo.policy.viewer import Viewer
from echo.render import notification
from echo.render.entities import Entity
from echo.render.notification import TEXTS, TYPES
from echo.store import chats
from echo.store.push import Subscription
from echo.text.sanitize import to_text

BODY_CHARACTERS = 140
# Always named, whether an app has chosen or not: some read nothing where one is missing.
_ALWAYS = (
    NotificationKind.MENTION,
    NotificationKind.POST,
    NotificationKind.BOOST,
    NotificationKind.FOLLOW,
    NotificationKind.FOLLOW_REQUEST,
    NotificationKind.LIKE,
    NotificationKind.POLL,
    NotificationKind.EDIT,
    NotificationKind.SIGN_UP,
    NotificationKind.REPORT,
)
_encode = msgspec.json.Encoder().encode


class WebPushSubscription(Entity, frozen=True, kw_only=True):
    id: int
    endpoint: str
    standard: bool
    alerts: dict[str, bool]
    server_key: str
    policy: str


def subscription(known: Subscription) -> WebPushSubscription:
    """A subscription, as its app sees it."""
    chosen: dict[str, bool] = dict.fromkeys(_ALWAYS, False) | known.alerts
    return WebPushSubscription(
        id=known.id,
        endpoint=known.endpoint,
        standard=known.standard,
        alerts={TYPES[kind]: wanted for kind, wanted in chosen.items()},
        server_key=push_keys.here().public,
        policy=known.policy,
    )


async def message(known: Subscription, row: Row, locale: str) -> bytes | None:
    """What is pushed for a row of `store.notifications`; None when it cannot be shown any more.

    Source:  mastodon-api.md 5.3
    """
    knows_chats = known.alerts.get(NotificationKind.CHAT_MENTION)
    # Such an app is told of a message by its own name.
    if knows_chats and row["kind"] == "mention" and await chats.of_post(row["post_id"]) is not None:
        return None
    rendered = await notification.many(Viewer(known.user_id), [row])
    if not rendered:
        return None
    told: dict[str, Any] = msgspec.json.decode(rendered[0])
    name = told["account"]["display_name"].strip() or told["account"]["username"]
    return _encode(
        {
            "access_token": seals.unseal(known.sealed_token),
            "preferred_locale": locale,
            "notification_id": row["id"],
            "notification_type": told["type"],
            "icon": told["account"]["avatar_static"],
            "title": TEXTS[row["kind"]].format(name=name),
            "body": body(told),
        }
    )


def body(told: dict[str, Any]) -> str:
    """The beginning of what a notification is about: the warning of the post, its text, or who it is."""
    post = told.get("status")
    text = (
        to_text(told["account"]["note"]) if post is None else post["spoiler_text"] or to_text(post["content"])
    )
    line = " ".join(text.split())
    return line if len(line) <= BODY_CHARACTERS else line[: BODY_CHARACTERS - 1] + "…"
