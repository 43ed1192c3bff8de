"""Policy: how many people a post may name, and how many links and hashtags it may have."""

from __future__ import annotations

from typing import Annotated

from echo.policy.pipeline.said import Facts, Said
from echo.policy.pipeline.settings import Doc, Finder, Finding, Kind, Settings


class Caps(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    mentions: Annotated[
        int, Doc(title="People", description="Most people that are named. 0: no limit.", ge=0, le=1000)
    ] = 10
    links: Annotated[int, Doc(title="Links", description="Most links. 0: no limit.", ge=0, le=1000)] = 0
    hashtags: Annotated[
        int, Doc(title="Hashtags", description="Most hashtags. 0: no limit.", ge=0, le=1000)
    ] = 0
    spare_trusted: Annotated[
        bool,
        Doc(title="Spare those who are followed", description="Not for authors whom somebody here follows."),
    ] = True


def _prepare(settings: Caps) -> Finder:
    async def find(said: Said, facts: Facts) -> Finding | None:
        counted = (
            (said.mentions, settings.mentions, "people"),
            (len(said.links), settings.links, "links"),
            (len(said.hashtags), settings.hashtags, "hashtags"),
        )
        over = [f"{count} {what}" for count, most, what in counted if most and count > most]
        if not over or (settings.spare_trusted and await facts.is_trusted(said)):
            return None
        return Finding(", ".join(over))

    return find


KIND = Kind(
    "caps",
    "Most mentions, links, hashtags",
    "Finds posts that name too many people or link too much.",
    Caps,
    _prepare,
)
