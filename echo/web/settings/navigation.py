"""The pages under /settings, in the order in which they are listed beside each of them."""

from __future__ import annotations

from dataclasses import dataclass

from echo.policy.standing import Standing

ACTIVE = frozenset({Standing.ACTIVE})
USABLE = frozenset({Standing.ACTIVE, Standing.MOVED})
# Whoever can log in may see and lock the doors of their account.
ANYBODY = frozenset(Standing)
LEAVING = frozenset({Standing.ACTIVE, Standing.MOVED, Standing.UNCONFIRMED, Standing.PENDING})


@dataclass(frozen=True, slots=True)
class Entry:
    """A page, and who sees it. What lies below its path belongs to it."""

    path: str
    title: str
    standings: frozenset[Standing] = ACTIVE


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    entries: tuple[Entry, ...]


GROUPS = (
    Group(
        "You",
        (
            Entry("/account", "Overview", ANYBODY),
            Entry("/settings/profile", "Profile"),
            Entry("/settings/privacy", "Privacy"),
        ),
    ),
    Group(
        "Reading and writing",
        (
            Entry("/settings/preferences", "Preferences"),
            Entry("/settings/notifications", "Notifications", ANYBODY),
            Entry("/settings/chat", "Chat"),
            Entry("/settings/tags", "Followed hashtags"),
            Entry("/settings/filters", "Filters"),
            Entry("/settings/blocks", "Blocked people"),
            Entry("/settings/mutes", "Muted people"),
            Entry("/settings/domains", "Avoided servers"),
        ),
    ),
    Group(
        "Log-in",
        (
            Entry("/settings/security", "Security", ANYBODY),
            Entry("/settings/sessions", "Sessions and apps", ANYBODY),
        ),
    ),
    Group(
        "Your account",
        (
            Entry("/settings/invites", "Invite people"),
            Entry("/severed_relationships", "Follows that ended", ANYBODY),
            Entry("/settings/imports", "Bring your things along"),
            Entry("/settings/exports", "Take your things along", USABLE),
            Entry("/settings/strikes", "From the moderators", ANYBODY),
            Entry("/settings/name", "User name"),
            Entry("/settings/aliases", "Moving here", USABLE),
            Entry("/settings/move", "Moving away", USABLE),
            Entry("/settings/delete", "Delete", LEAVING),
        ),
    ),
)


def shown_to(standing: Standing) -> tuple[Group, ...]:
    """The groups of pages that somebody may open."""
    seen = (
        Group(group.title, tuple(entry for entry in group.entries if standing in entry.standings))
        for group in GROUPS
    )
    return tuple(group for group in seen if group.entries)


def place_of(path: str) -> str:
    """The path of the entry to which a page belongs; empty for none."""
    return max(
        (
            entry.path
            for group in GROUPS
            for entry in group.entries
            if path == entry.path or path.startswith(f"{entry.path}/")
        ),
        key=len,
        default="",
    )
