"""Who may make collections, how many, and who may be put into one."""

from __future__ import annotations

ITEMS_MAX = 25
NAME_CHARACTERS = 40
DESCRIPTION_CHARACTERS = 100
# Most collections of a person.
MOST = 10


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
