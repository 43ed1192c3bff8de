"""Which streams there are, and what a token must allow to hear them.

    stream                                           scope
    user, public..., hashtag..., list, direct        read:statuses
    user:notification, notifications on user         read:notifications
    user:pleroma_chat (Pleroma's)                    read:chats

Source:  mastodon-api.md 4.3
"""

from __future__ import annotations

from collections.abc import Iterable

from echo.policy.scopes import covers

_POSTS, _NOTIFICATIONS = "read:statuses", "read:notifications"
_PUBLIC = ("public", "public:local", "public:remote")

SCOPES: dict[str, str] = {
    "user": _POSTS,
    "user:notification": _NOTIFICATIONS,
    **{name: _POSTS for public in _PUBLIC for name in (public, f"{public}:media")},
    "hashtag": _POSTS,
    "hashtag:local": _POSTS,
    "list": _POSTS,
    "direct": _POSTS,
    "user:pleroma_chat": "read:chats",
}
"""Every stream with the scope that it needs."""


def may_hear(scopes: Iterable[str], stream: str) -> bool:
    """Whether a token with these scopes may open a stream, which must be one of `SCOPES`."""
    return covers(scopes, SCOPES[stream])


def may_hear_notifications(scopes: Iterable[str]) -> bool:
    """Whether the stream `user` carries notifications for a token with these scopes."""
    return covers(scopes, _NOTIFICATIONS)
