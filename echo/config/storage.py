"""The part of the configuration about how much is kept of other servers. See `echo/config.py`."""

from __future__ import annotations

from typing import Annotated

from echo.config.section import Doc, Section


class Storage(Section, frozen=True):
    """How much is kept of what comes from other servers, and when the disk counts as full."""

    remote_posts_bytes: Annotated[
        int,
        Doc(
            description=(
                "Room for posts of other servers with all that hangs on them, in bytes; the oldest that "
                "nobody here has a use for make room for new ones. 0: they are kept for ever."
            ),
            ge=0,
        ),
    ] = 10_737_418_240
    keep_days: Annotated[
        int, Doc(description="Such posts stay for so many days in any case.", ge=0, le=3650)
    ] = 7
    accounts_days: Annotated[
        int,
        Doc(
            description=(
                "Accounts of other servers to which nothing here refers, hashtags and link previews without "
                "a post, and addresses of files that nothing shows are forgotten after so many days. "
                "0: never."
            ),
            ge=0,
            le=3650,
        ),
    ] = 30
    notifications_days: Annotated[
        int, Doc(description="Notifications are forgotten after so many days. 0: never.", ge=0, le=3650)
    ] = 365
    tombstones_days: Annotated[
        int,
        Doc(
            description=(
                "How many days deleted posts of other servers, and that they were deleted, are remembered."
            ),
            ge=1,
            le=3650,
        ),
    ] = 90
    held_days: Annotated[
        int,
        Doc(
            description=(
                "What policies held back is forgotten so many days after it was decided; what other servers "
                "sent and nobody decided about, so many days after it came."
            ),
            ge=1,
            le=3650,
        ),
    ] = 90
    held_things: Annotated[
        int,
        Doc(
            description=(
                "Most things of other servers that wait for a moderator; the oldest make room for new ones."
            ),
            ge=1,
        ),
    ] = 10_000
    free_bytes: Annotated[
        int,
        Doc(
            description=(
                "With less free room on the disk than this, in bytes, no files are taken in: neither uploads "
                "nor copies from other servers. 0: this is not looked at."
            ),
            ge=0,
        ),
    ] = 1_073_741_824
