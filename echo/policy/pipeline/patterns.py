"""Policy: regular expressions, of those who run the server alone. Their time is bounded."""

from __future__ import annotations

import logging
from typing import Annotated, Literal

import msgspec
import regex

from echo.policy.pipeline.said import Facts, Said
from echo.policy.pipeline.settings import Doc, Finder, Finding, Kind, Settings
from echo.policy.pipeline.texts import LOOKED_AT
from echo.policy.pipeline.words import WHERE, parts

log = logging.getLogger(__name__)
# For all patterns of a policy on one post together. Nothing else is done by the process meanwhile.
SECONDS = 0.05


class Patterns(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    patterns: Annotated[
        list[Annotated[str, Doc(max_length=500)]],
        Doc(
            title="Patterns",
            description="One regular expression a line, Python's notation. A pattern that takes longer than"
            " 50 ms on a text finds nothing in it.",
            max_length=50,
        ),
    ] = []
    ignore_case: Annotated[
        bool, Doc(title="Ignore case", description="Whether upper and lower case are the same.")
    ] = True
    where: Annotated[list[Literal["text", "links", "author"]], WHERE] = msgspec.field(
        default_factory=lambda: ["text"]
    )


def _prepare(settings: Patterns) -> Finder:
    flags = regex.IGNORECASE if settings.ignore_case else regex.NOFLAG
    compiled = []
    for pattern in settings.patterns:
        try:
            compiled.append(regex.compile(pattern, flags))
        except regex.error as error:
            raise ValueError(f"{pattern}: {error}") from error

    async def find(said: Said, _: Facts) -> Finding | None:
        left = SECONDS
        for part in parts(said, settings.where):
            for pattern in compiled:
                try:
                    match = pattern.search(part[:LOOKED_AT], timeout=left / max(1, len(compiled)))
                except TimeoutError:
                    log.warning("a pattern takes too long: %s", pattern.pattern)
                    continue
                if match is not None and match.group():
                    return Finding(f"“{match.group()[:100]}” by {pattern.pattern}")
        return None

    return find


KIND = Kind(
    "patterns", "Regular expressions", "Finds what words cannot say, in bounded time.", Patterns, _prepare
)
