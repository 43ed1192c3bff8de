"""Who is behind a token or a browser session, and whether they may use it now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from echo.errors import Forbidden
from echo.kinds import Role
from echo.policy.scopes import covers
from echo.policy.viewer import NOBODY, Viewer


class Standing(StrEnum):
    """What keeps somebody from using their account, if anything does."""

    ACTIVE = "active"
    UNCONFIRMED = "unconfirmed"  # the e-mail address
    PENDING = "pending"  # a moderator has not said yes
    DISABLED = "disabled"  # the login is switched off
    SUSPENDED = "suspended"  # the account is suspended or deleted


REASONS = {
    Standing.UNCONFIRMED: "Your login is missing a confirmed e-mail address",
    Standing.PENDING: "Your login is currently pending approval",
    Standing.DISABLED: "Your login is currently disabled",
    Standing.SUSPENDED: "Your login is currently disabled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a token gives. Without a user it speaks for the app alone, and `account_id` is None."""

    token_id: int
    app_id: int | None
    user_id: int | None
    account_id: int | None
    scopes: tuple[str, ...]
    role: Role
    standing: Standing

    @property
    def viewer(self) -> Viewer:
        """With whose eyes the token reads."""
        return NOBODY if self.account_id is None else Viewer(self.account_id)

    def allows(self, *scopes: str) -> bool:
        """Whether the token has one of these scopes (or a wider one); every token has one of none."""
        return not scopes or any(covers(self.scopes, scope) for scope in scopes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A browser session. `csrf` is what forms of this session carry."""

    session_id: int
    user_id: int
    username: str
    role: Role
    standing: Standing
    csrf: str

    @property
    def viewer(self) -> Viewer:
        """With whose eyes the browser reads."""
        return Viewer(self.user_id)


def standing_of(*, is_suspended: bool, is_disabled: bool, is_confirmed: bool, is_approved: bool) -> Standing:
    """The first thing that is in the way, the gravest first."""
    if is_suspended:
        return Standing.SUSPENDED
    if is_disabled:
        return Standing.DISABLED
    if not is_confirmed:
        return Standing.UNCONFIRMED
    return Standing.ACTIVE if is_approved else Standing.PENDING


def require_active(standing: Standing) -> None:
    """Raises:  Forbidden, in the words that clients know, when something is in the way"""
    if standing is not Standing.ACTIVE:
        raise Forbidden(REASONS[standing])
