"""Policy: everything that certain servers send; their names stand in the row (`only_hosts`)."""

from __future__ import annotations

from typing import Annotated

from echo.policy.pipeline.said import Door, Facts, Said
from echo.policy.pipeline.settings import Doc, Finder, Finding, Kind, Settings


class Servers(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    only_files: Annotated[
        bool, Doc(title="Only with files", description="Leave posts without files as they are.")
    ] = False
    only_mentions: Annotated[
        bool, Doc(title="Only with mentions", description="Leave posts that name nobody as they are.")
    ] = False


def _prepare(settings: Servers) -> Finder:
    async def find(said: Said, _: Facts) -> Finding | None:
        if said.door != Door.REMOTE or (settings.only_files and not said.files):
            return None
        if settings.only_mentions and not said.mentions:
            return None
        return Finding(f"from {said.host}")

    return find


KIND = Kind(
    "servers",
    "Everything from certain servers",
    "Finds every post of the servers that it is limited to: to mark, to unlist or to hold them.",
    Servers,
    _prepare,
    needs_hosts=True,
)
