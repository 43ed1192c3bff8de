"""Policy: accounts that are new to this server, and whom nobody here follows.

Spam waves come from accounts made that day on many servers: a few words, a link or a picture, and the names
of people who have nothing to do with them. So it matters who is named (people who do not follow the author),
and that it is no answer to them.

Source:  ecosystem.md 2, line 37 (Mastodon 29256, Misskey 13394)
"""

from __future__ import annotations

from typing import Annotated

from echo.policy.pipeline.said import Facts, Said
from echo.policy.pipeline.settings import Doc, Finder, Finding, Kind, Settings


class Newcomers(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    hours: Annotated[
        int,
        Doc(
            title="New for how long",
            description="Hours since this server first saw the account. 0: however old it is.",
            ge=0,
            le=8760,
        ),
    ] = 48
    strangers: Annotated[
        int,
        Doc(
            title="Strangers",
            description="So many people here who do not follow the author may be named.",
            ge=0,
            le=100,
        ),
    ] = 1
    mentions: Annotated[
        int,
        Doc(title="People", description="So many people anywhere may be named.", ge=0, le=100),
    ] = 4
    links: Annotated[
        bool, Doc(title="Links", description="Whether links are found too, when a stranger is named.")
    ] = True
    files: Annotated[
        bool, Doc(title="Files", description="Whether files are found too, when a stranger is named.")
    ] = True
    spare_replies: Annotated[
        bool, Doc(title="Spare answers", description="Not for answers to a post that is known here.")
    ] = True


def _prepare(settings: Newcomers) -> Finder:
    async def find(said: Said, facts: Facts) -> Finding | None:
        if not said.mentions or (settings.spare_replies and said.is_reply):
            return None
        if settings.hours and await facts.known_hours(said) >= settings.hours:
            return None
        if await facts.is_trusted(said):
            return None
        strangers = await facts.strangers(said)
        found = []
        if said.mentions > settings.mentions:
            found.append(f"names {said.mentions} people")
        if strangers > settings.strangers:
            found.append(f"names {strangers} strangers here")
        if strangers and settings.links and said.links:
            found.append("a link for a stranger")
        if strangers and settings.files and said.files:
            found.append("a file for a stranger")
        return Finding(f"new account: {', '.join(found)}") if found else None

    return find


KIND = Kind(
    "newcomers",
    "New accounts",
    "Finds accounts that are new and unknown, and that write to strangers.",
    Newcomers,
    _prepare,
)
