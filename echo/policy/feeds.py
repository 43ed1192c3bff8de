"""Who may read the timelines that show what everybody writes, as the operator has chosen.

    setting          nobody signed in   signed in   who may see them by role
    public                 yes             yes         yes
    authenticated           -              yes         yes
    disabled                -               -          yes

Source:  mastodon-api.md 4.3, 5.4 (timelines_access), 6.3
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from echo import settings
from echo.errors import Invalid
from echo.policy.roles import Permission, Seat


class Feed(StrEnum):
    """The kinds of timelines."""

    LIVE = "live"
    HASHTAG = "hashtag"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Which posts: of people here, of other servers."""

    local: bool = True
    remote: bool = True

    @property
    def is_none(self) -> bool:
        return not self.local and not self.remote


def settings_of(feed: Feed) -> dict[str, str]:
    """What the operator has chosen, by side: local and remote."""
    chosen = settings.here().timelines
    sides: dict[Feed, tuple[str, str]] = {
        Feed.LIVE: (chosen.live_local, chosen.live_remote),
        Feed.HASHTAG: (chosen.hashtag_local, chosen.hashtag_remote),
        Feed.LINK: (chosen.link_local, chosen.link_remote),
    }
    local, remote = ("authenticated" if is_closed() and side == "public" else side for side in sides[feed])
    return {"local": local, "remote": remote}


def is_closed() -> bool:
    """Whether people and posts are shown to those alone who are signed in: a server that chooses with whom it
    exchanges shows nothing to passers-by either.

    Source:  mastodon-api.md 8 (401 on a closed server)
    """
    return settings.here().federation.only_allowed


def open_to_everybody(feed: Feed) -> Sides:
    """What of a timeline stands on pages that need no log-in."""
    chosen = settings_of(feed)
    return Sides(local=chosen["local"] == "public", remote=chosen["remote"] == "public")


def readable(feed: Feed, asked: Sides, *, is_signed_in: bool, seat: Seat) -> Sides:
    """What of the sides that are asked for may be read; nothing is an empty timeline.

    Raises:  Invalid for those who are not signed in where one of the sides is not for everybody
    """
    chosen = settings_of(feed)
    wanted = {"local": asked.local, "remote": asked.remote}
    if not is_signed_in and any(wanted[side] and chosen[side] != "public" for side in wanted):
        raise Invalid("This method requires an authenticated user")
    open_to = (
        {"public", "authenticated", "disabled"}
        if seat.may(Permission.VIEW_FEEDS)
        else {"public", "authenticated"}
    )
    return Sides(
        local=asked.local and chosen["local"] in open_to, remote=asked.remote and chosen["remote"] in open_to
    )
