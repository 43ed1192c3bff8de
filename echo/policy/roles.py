"""Roles: what people who work for this server may do, and to whom.

A role is a set of permissions and a position. Who has one may do what it allows to those whose position is
lower. What everybody may do is a role too; its permissions are part of every other one.

Source:  mastodon-api.md 14; the bits are Mastodon's
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Literal

from echo.db import Row
from echo.errors import Forbidden
from echo.kinds import Role

REFUSED = "This action is not allowed"
# Positions of roles that can be made: below the owner's, above everybody's.
LOWEST, HIGHEST = 0, 999


class Permission(IntFlag):
    """What a role may allow."""

    ADMINISTRATOR = 1 << 0  # everything
    VIEW_DEVOPS = 1 << 1  # queues, storage, logs
    VIEW_AUDIT_LOG = 1 << 2
    VIEW_DASHBOARD = 1 << 3
    MANAGE_REPORTS = 1 << 4
    MANAGE_FEDERATION = 1 << 5
    MANAGE_SETTINGS = 1 << 6
    MANAGE_BLOCKS = 1 << 7  # of e-mail domains, addresses
    MANAGE_TAXONOMIES = 1 << 8  # trends, hashtags
    MANAGE_APPEALS = 1 << 9
    MANAGE_USERS = 1 << 10
    MANAGE_INVITES = 1 << 11
    MANAGE_RULES = 1 << 12
    MANAGE_ANNOUNCEMENTS = 1 << 13
    MANAGE_CUSTOM_EMOJIS = 1 << 14
    MANAGE_WEBHOOKS = 1 << 15
    INVITE_USERS = 1 << 16
    MANAGE_ROLES = 1 << 17
    MANAGE_USER_ACCESS = 1 << 18  # second factors, passwords, roles of people
    DELETE_USER_DATA = 1 << 19  # at once and for good
    VIEW_FEEDS = 1 << 20  # timelines that are closed to others
    INVITE_BYPASS_APPROVAL = 1 << 21
    MANAGE_EMAIL_SUBSCRIPTIONS = 1 << 22


NOTHING = Permission(0)
# What only members of the staff need: whoever has one of these is staff.
OF_MEMBERS = Permission.INVITE_USERS | Permission.INVITE_BYPASS_APPROVAL
OF_STAFF = ~OF_MEMBERS
_OF_MODERATORS = (
    Permission.VIEW_AUDIT_LOG
    | Permission.VIEW_DASHBOARD
    | Permission.MANAGE_REPORTS
    | Permission.MANAGE_TAXONOMIES
    | Permission.MANAGE_APPEALS
    | Permission.MANAGE_USERS
    | Permission.VIEW_FEEDS
)
EVERYTHING_BUT_ADMINISTRATOR = OF_STAFF & ~Permission.ADMINISTRATOR | OF_MEMBERS


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIn:
    """A role that every server has. Its permissions may be changed, but for the owner's."""

    id: Role
    name: str
    permissions: Permission
    position: int
    highlighted: bool


BUILT_IN = (
    BuiltIn(id=Role.USER, name="", permissions=Permission.INVITE_USERS, position=-1, highlighted=False),
    BuiltIn(id=Role.MODERATOR, name="Moderator", permissions=_OF_MODERATORS, position=10, highlighted=True),
    BuiltIn(
        id=Role.ADMIN, name="Admin", permissions=EVERYTHING_BUT_ADMINISTRATOR, position=100, highlighted=True
    ),
    BuiltIn(
        id=Role.OWNER, name="Owner", permissions=Permission.ADMINISTRATOR, position=1000, highlighted=True
    ),
)

SEAT = "coalesce(r.id, -99) AS role_id, r.position AS rank, r.permissions | e.permissions AS permissions"
"""What `seat_of` reads, with `SEATS` after users `u`."""

SEATS = " LEFT JOIN roles r ON r.id = u.role_id LEFT JOIN roles e ON e.id = -99 "


@dataclass(frozen=True, slots=True)
class Seat:
    """What somebody may do here by their role, and how high it stands."""

    role_id: int = Role.USER
    permissions: Permission = NOTHING
    rank: int = -1

    def may(self, permission: Permission) -> bool:
        """Whether the role allows all of this."""
        if Permission.ADMINISTRATOR in self.permissions:
            return True
        return self.permissions & permission == permission

    def outranks(self, other: Seat) -> bool:
        """Whether the role stands higher; nobody outranks themselves."""
        return self.rank > other.rank

    @property
    def is_staff(self) -> bool:
        """Whether the role allows anything that members may not do."""
        return bool(self.permissions & OF_STAFF)


NO_SEAT = Seat()


Door = Literal["api", "page", "shell", "house"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who does something to this server or its people, and from where.

    Shapes:  account_id: None for the shell and for what the server does by itself; address: of the caller
    """

    account_id: int | None
    seat: Seat
    address: str = ""
    door: Door

    @staticmethod
    def shell() -> Staff:
        """Whoever has a shell on the machine may do everything."""
        return Staff(account_id=None, seat=_ALMIGHTY, door="shell")

    @staticmethod
    def house() -> Staff:
        """The server itself, by what it was told to do."""
        return Staff(account_id=None, seat=_ALMIGHTY, door="house")


_ALMIGHTY = Seat(Role.OWNER, Permission.ADMINISTRATOR, 1 << 30)


def seat_of(row: Row) -> Seat:
    """The seat in a row that has `SEAT`; the lowest where there is no login."""
    if row["rank"] is None:
        return NO_SEAT
    return Seat(row["role_id"], Permission(row["permissions"]), row["rank"])


def require(seat: Seat, permission: Permission) -> None:
    """Raises:  Forbidden, in the words that clients know"""
    if not seat.may(permission):
        raise Forbidden(REFUSED)
