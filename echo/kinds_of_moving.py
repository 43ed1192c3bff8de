"""Words for what people bring along and take away. `echo.kinds` has all others."""

from __future__ import annotations

from enum import StrEnum


class ImportKind(StrEnum):
    """What a file holds, as Mastodon calls it."""

    FOLLOWS = "following"
    BLOCKS = "blocking"
    MUTES = "muting"
    DOMAINS = "domain_blocking"
    BOOKMARKS = "bookmarks"
    LISTS = "lists"
    POSTS = "posts"  # an archive


# Files with a line for each thing.
TABLES = tuple(kind for kind in ImportKind if kind is not ImportKind.POSTS)


class ImportState(StrEnum):
    """How far an import has got."""

    WAITING = "waiting"  # the file is to be looked at
    WORKING = "working"  # lines are left
    DONE = "done"
    REFUSED = "refused"  # nothing was taken of it


class ArchiveState(StrEnum):
    """How far an archive of somebody's things has got."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"  # its time is over
