"""Whether the person behind a token or a browser session may use their account now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from echo.db import Row
from echo.errors import Forbidden
from echo.policy.roles import Seat
from echo.policy.viewer import Viewer


class Standing(StrEnum):
    """What keeps somebody from using their account, if anything does."""

    ACTIVE = "active"
    UNCONFIRMED = "unconfirmed"  # the e-mail address
    PENDING = "pending"  # a moderator has not said yes
    DISABLED = "disabled"  # the login is switched off
    MOVED = "moved"  # the person goes on as another account
    SUSPENDED = "suspended"  # the account is suspended or deleted


# In the words that clients know; nothing for those who may go on.
REFUSALS = {
    Standing.ACTIVE: "",
    Standing.UNCONFIRMED: "Your login is missing a confirmed e-mail address",
    Standing.PENDING: "Your login is currently pending approval",
    Standing.DISABLED: "Your login is currently disabled",
    Standing.MOVED: "Your login is currently disabled",
    Standing.SUSPENDED: "Your login is currently disabled",
}

COLUMNS = (
    "u.confirmed_at, u.approved_at, u.disabled_at, a.suspended_at, a.deleted_at, a.moved_to_uri, a.memorial"
)
"""What `standing_of` reads of users `u` and accounts `a`."""

IS_ACTIVE = (
    "u.confirmed_at IS NOT NULL AND u.approved_at IS NOT NULL AND u.disabled_at IS NULL"
    " AND a.suspended_at IS NULL AND a.deleted_at IS NULL AND a.moved_to_uri = '' AND NOT a.memorial"
)
"""Whether `standing_of` says ACTIVE, as a condition of SQL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A browser session. `csrf` is what forms of this session carry."""

    session_id: int
    user_id: int
    username: str
    seat: Seat
    standing: Standing
    csrf: str

    @property
    def viewer(self) -> Viewer:
        """With whose eyes the browser reads."""
        return Viewer(self.user_id)


def standing_of(row: Row) -> Standing:
    """The first thing that is in the way, the gravest first.

    Shapes:  row: has `COLUMNS`
    """
    if row["suspended_at"] is not None or row["deleted_at"] is not None:
        return Standing.SUSPENDED
    if row["disabled_at"] is not None or row["memorial"]:
        return Standing.DISABLED
    if row["confirmed_at"] is None:
        return Standing.UNCONFIRMED
    if row["approved_at"] is None:
        return Standing.PENDING
    return Standing.MOVED if row["moved_to_uri"] else Standing.ACTIVE


def require_active(standing: Standing) -> None:
    """Raises:  Forbidden, in the words that clients know, when something is in the way"""
    if standing is not Standing.ACTIVE:
        raise Forbidden(REFUSALS[standing])
