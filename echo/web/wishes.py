"""What an app wants, in words that people use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from echo.policy.scopes import CHILDREN, covers

_NOUNS = {
    "accounts": "profiles",
    "blocks": "whom you block",
    "bookmarks": "bookmarks",
    "chats": "chats",
    "collections": "collections",
    "conversations": "conversations",
    "favourites": "likes",
    "filters": "filters",
    "follows": "whom you follow",
    "lists": "lists",
    "media": "pictures and other files",
    "mutes": "whom you mute",
    "notifications": "notifications",
    "reports": "reports to moderators",
    "rooms": "live rooms",
    "search": "search",
    "statuses": "posts",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing an app wants. `parts` say what exactly, when it is less than everything of its kind."""

    title: str
    parts: tuple[str, ...] = ()
    is_grave: bool = False


def wishes(scopes: Sequence[str]) -> list[Wish]:
    """The scopes of an app as a short list, the harmless first."""
    found: list[Wish] = []
    if "profile" in scopes and not covers(scopes, "read:accounts"):
        found.append(Wish("Know who you are"))
    found += _of(scopes, "read", "Read everything in your account", "Read")
    found += _of(scopes, "write", "Post and change things in your name", "Add and change")
    if "follow" in scopes and not (covers(scopes, "read") and covers(scopes, "write")):
        found.append(Wish("Follow, block and mute people for you"))
    if "push" in scopes:
        found.append(Wish("Send you notifications"))
    if any(scope.startswith("admin:read") for scope in scopes):
        found.append(Wish("See what moderators see, if you are one", is_grave=True))
    if any(scope.startswith("admin:write") for scope in scopes):
        found.append(Wish("Act as a moderator, if you are one", is_grave=True))
    return found


def _of(scopes: Sequence[str], wide: str, everything: str, verb: str) -> list[Wish]:
    if wide in scopes:
        return [Wish(everything)]
    parts = tuple(_NOUNS[child.partition(":")[2]] for child in CHILDREN[wide] if child in scopes)
    return [Wish(verb, parts)] if parts else []
