"""Who runs this server, and may see and do what concerns all of it."""

from __future__ import annotations

from echo.errors import Forbidden
from echo.kinds import Role

_ADMINS = frozenset({Role.ADMIN, Role.OWNER})


def is_admin(role: str) -> bool:
    """Whether somebody with this role runs the server; moderators do not."""
    return role in _ADMINS


def require_admin(role: str) -> None:
    """Raises:  Forbidden, in the words that clients know"""
    if not is_admin(role):
        raise Forbidden("This action is not allowed")


def require_staff(role: str) -> None:
    """Moderators too. Raises:  Forbidden"""
    if role != Role.MODERATOR and not is_admin(role):
        raise Forbidden("This action is not allowed")
