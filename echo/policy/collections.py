"""Who may make collections, how many, and who may be put into one."""

from __future__ import annotations

from echo.kinds import Role

ITEMS_MAX = 25
NAME_CHARACTERS = 40
DESCRIPTION_CHARACTERS = 100
# Most collections of a person, by what they are here.
_MOST = {Role.USER: 10, Role.MODERATOR: 10, Role.ADMIN: 10, Role.OWNER: 10}


def most_of(role: Role) -> int:
    """How many collections somebody may have."""
    return _MOST[role]


def may_feature(*, is_local: bool, discoverable: bool | None) -> bool:
    """Whether somebody can be put into collections: people here who want to be found.

    People elsewhere would have to be asked through their server, in words that are not spoken here yet.
    """
    return is_local and bool(discoverable)


def featured_by(*, is_local: bool, discoverable: bool | None, locked: bool) -> list[str]:
    """Who may put somebody into a collection without asking, in the words that clients know."""
    if not may_feature(is_local=is_local, discoverable=discoverable):
        return []
    return ["followers" if locked else "public"]
