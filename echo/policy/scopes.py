"""Scopes: what an app may do in somebody's name. A wide scope contains narrower ones.

    read, write                each their `read:…` and `write:…` children
    follow                     read and write of blocks, follows and mutes
    admin:read, admin:write    each their children; what the person may do is decided by the role as well
    push, profile              stand alone

Source:  Mastodon client API, scopes of 4.6
"""

from __future__ import annotations

from collections.abc import Iterable

_READ = (
    "accounts blocks bookmarks chats collections favourites filters follows lists mutes notifications rooms "
    "search statuses"
)
_WRITE = (
    "accounts blocks bookmarks chats collections conversations favourites filters follows lists media mutes "
    "notifications reports rooms statuses"
)
_ADMIN = "accounts reports domain_allows domain_blocks ip_blocks email_domain_blocks canonical_email_blocks"
_FOLLOW = ("blocks", "follows", "mutes")

CHILDREN: dict[str, tuple[str, ...]] = {
    "profile": (),
    "read": tuple(f"read:{noun}" for noun in _READ.split()),
    "write": tuple(f"write:{noun}" for noun in _WRITE.split()),
    "follow": tuple(f"{verb}:{noun}" for verb in ("read", "write") for noun in _FOLLOW),
    "push": (),
    "admin:read": tuple(f"admin:read:{noun}" for noun in _ADMIN.split()),
    "admin:write": tuple(f"admin:write:{noun}" for noun in _ADMIN.split()),
}
"""Every wide scope with the narrow ones in it."""

# In the order in which they are listed to clients: each wide scope, then its children.
ALL: tuple[str, ...] = tuple(
    dict.fromkeys(scope for wide, narrow in CHILDREN.items() for scope in (wide, *narrow))
)
DEFAULT = ("read",)
_KNOWN = frozenset(ALL)
# For each scope, those of which any one is enough.
_ENOUGH: dict[str, frozenset[str]] = {
    scope: frozenset({scope, *(wide for wide, narrow in CHILDREN.items() if scope in narrow)})
    for scope in ALL
}


def is_known(scope: str) -> bool:
    """Whether there is such a scope."""
    return scope in _KNOWN


def parse(text: str) -> tuple[str, ...]:
    """The scopes of a space-separated text, each once, in order; unknown ones included."""
    return tuple(dict.fromkeys(text.split()))


def covers(granted: Iterable[str], needed: str) -> bool:
    """Whether these scopes allow what `needed` allows."""
    enough = _ENOUGH.get(needed)
    if enough is None:
        return False
    held = granted if isinstance(granted, (tuple, list, frozenset, set)) else tuple(granted)
    if any(scope in enough for scope in held):
        return True
    # `follow` is no more than its parts; the others would grow with parts that are added later.
    return needed == "follow" and all(covers(held, part) for part in CHILDREN["follow"])


def covers_all(granted: Iterable[str], needed: Iterable[str]) -> bool:
    """Whether these scopes allow all that the others allow."""
    held = tuple(granted)
    return all(covers(held, scope) for scope in needed)
