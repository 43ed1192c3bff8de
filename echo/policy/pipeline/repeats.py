"""Policy: the same text from many accounts. Names, figures and spaces in it may differ."""

from __future__ import annotations

from typing import Annotated

from echo.policy.pipeline.said import Facts, Said
from echo.policy.pipeline.settings import Doc, Finder, Finding, Kind, Settings
from echo.policy.pipeline.texts import fingerprint


class Repeats(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    accounts: Annotated[
        int,
        Doc(title="Accounts", description="So many others may have said the same.", ge=1, le=1000),
    ] = 3
    hours: Annotated[
        int, Doc(title="Within hours", description="How long texts are remembered.", ge=1, le=168)
    ] = 12
    only_mentions: Annotated[
        bool, Doc(title="Only with mentions", description="Look only at posts that name somebody.")
    ] = True
    spare_trusted: Annotated[
        bool,
        Doc(title="Spare those who are followed", description="Not for authors whom somebody here follows."),
    ] = True


def _prepare(settings: Repeats) -> Finder:
    async def find(said: Said, facts: Facts) -> Finding | None:
        if said.is_edit or (settings.only_mentions and not said.mentions):
            return None
        mark = fingerprint(said.text, said.links)
        if not mark:
            return None
        others = await facts.others_who_said(said, mark, settings.hours)
        if others <= settings.accounts or (settings.spare_trusted and await facts.is_trusted(said)):
            return None
        return Finding(f"said by {others} others")

    return find


KIND = Kind(
    "repeats", "The same text from many", "Finds texts that many accounts send at once.", Repeats, _prepare
)
