"""Roles: what people who work for this server may do, as clients see it."""

from __future__ import annotations

from echo.kinds import Role
from echo.render import entities

# Permission bits as Mastodon numbers them: everybody may invite; a moderator sees reports, users and blocks.
_EVERYBODY = 65536
_MODERATOR = _EVERYBODY | 8 | 16 | 4 | 256 | 512 | 1024 | 1048576
_ADMINISTRATOR = 1
ROLES = {
    Role.USER: entities.Role(id="-99", name="", permissions=str(_EVERYBODY), color="", highlighted=False),
    Role.MODERATOR: entities.Role(
        id="1", name="Moderator", permissions=str(_MODERATOR), color="", highlighted=True
    ),
    Role.ADMIN: entities.Role(
        id="2", name="Admin", permissions=str(_ADMINISTRATOR), color="", highlighted=True
    ),
    Role.OWNER: entities.Role(
        id="3", name="Owner", permissions=str(_ADMINISTRATOR), color="", highlighted=True
    ),
}


def shown(role: str | None) -> list[entities.AccountRole]:
    """The role that everybody sees on an account, if it is one of those."""
    found = ROLES.get(Role(role)) if role else None
    if found is None or not found.highlighted:
        return []
    return [entities.AccountRole(id=found.id, name=found.name, color=found.color)]
