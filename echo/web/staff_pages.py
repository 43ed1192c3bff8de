"""Where the pages for those who run the server are, in the order of the side bar: THE table."""

from __future__ import annotations

from dataclasses import dataclass

from echo.policy.roles import Permission, Seat


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the side bar, for those whose role has the permission."""

    path: str
    title: str
    permission: Permission


GROUPS: dict[str, tuple[Entry, ...]] = {
    "Overview": (Entry("/admin", "Dashboard", Permission.VIEW_DASHBOARD),),
    "People": (
        Entry("/admin/reports", "Reports", Permission.MANAGE_REPORTS),
        Entry("/admin/accounts", "Accounts", Permission.MANAGE_USERS),
        Entry("/admin/appeals", "Appeals", Permission.MANAGE_APPEALS),
        Entry("/admin/rooms", "Live rooms", Permission.MANAGE_REPORTS),
        Entry("/admin/trends", "Trends", Permission.MANAGE_TAXONOMIES),
        Entry("/admin/presets", "Words for strikes", Permission.MANAGE_SETTINGS),
        Entry("/admin/roles", "Roles", Permission.MANAGE_ROLES),
    ),
    "Safety": (
        Entry("/admin/domains", "Domains", Permission.MANAGE_FEDERATION),
        Entry("/admin/block-lists", "Block lists", Permission.MANAGE_FEDERATION),
        Entry("/admin/email-domains", "E-mail domains", Permission.MANAGE_BLOCKS),
        Entry("/admin/mailboxes", "Mailboxes", Permission.MANAGE_BLOCKS),
        Entry("/admin/networks", "Networks", Permission.MANAGE_BLOCKS),
        Entry("/admin/invites", "Invitations", Permission.MANAGE_INVITES),
        Entry("/admin/held", "Held by policies", Permission.MANAGE_REPORTS),
        Entry("/admin/policies", "Policies", Permission.MANAGE_SETTINGS),
        Entry("/admin/files", "Banned files", Permission.MANAGE_REPORTS),
    ),
    "House": (
        Entry("/admin/settings", "Settings", Permission.MANAGE_SETTINGS),
        Entry("/admin/texts", "Rules and texts", Permission.MANAGE_RULES),
        Entry("/admin/announcements", "Announcements", Permission.MANAGE_ANNOUNCEMENTS),
        Entry("/admin/emojis", "Emoji", Permission.MANAGE_CUSTOM_EMOJIS),
        Entry("/admin/relays", "Relays", Permission.MANAGE_FEDERATION),
        Entry("/admin/webhooks", "Webhooks", Permission.MANAGE_WEBHOOKS),
    ),
    "Machine": (
        Entry("/admin/queues", "Queues", Permission.VIEW_DEVOPS),
        Entry("/admin/storage", "Storage", Permission.VIEW_DEVOPS),
        Entry("/admin/logs", "Logs", Permission.VIEW_DEVOPS),
        Entry("/admin/federation", "Other servers", Permission.VIEW_DEVOPS),
        Entry("/admin/audit", "Audit log", Permission.VIEW_AUDIT_LOG),
    ),
}


def shown_to(seat: Seat) -> dict[str, list[Entry]]:
    """What somebody finds at the side, by group; empty groups are left out."""
    groups = {
        title: [entry for entry in entries if seat.may(entry.permission)] for title, entries in GROUPS.items()
    }
    return {title: entries for title, entries in groups.items() if entries}
