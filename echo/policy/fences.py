"""What a block of a server does, and which of two is the stricter."""

from __future__ import annotations

import re
from dataclasses import dataclass

import idna

from echo.kinds import BlockSeverity

_DOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_ORDER = {BlockSeverity.NOOP: 0, BlockSeverity.SILENCE: 1, BlockSeverity.SUSPEND: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRules:
    """What is done with a server: of several blocks that cover it, all hold."""

    severity: BlockSeverity = BlockSeverity.NOOP
    reject_media: bool = False
    reject_reports: bool = False

    def is_stricter_than(self, other: ServerRules) -> bool:
        """Whether this one adds anything to the other. Source: Mastodon's order of domain blocks"""
        if self.severity is BlockSeverity.SUSPEND:
            return True
        if _ORDER[self.severity] < _ORDER[other.severity]:
            return False
        return (self.reject_media or not other.reject_media) and (
            self.reject_reports or not other.reject_reports
        )


def strictest(severities: list[BlockSeverity]) -> BlockSeverity:
    """The severest of some; NOOP of none."""
    return max(severities, key=_ORDER.__getitem__, default=BlockSeverity.NOOP)


def bare(domain: str) -> str:
    """A domain as it is compared, if it is one; `*.` in front says what holds anyway."""
    text = domain.strip().removeprefix("*.").strip(".").lower()
    try:
        return text if text.isascii() else idna.encode(text, uts46=True).decode("ascii")
    except idna.IDNAError:
        return text


def is_domain(text: str) -> bool:
    """Whether a text is a domain.

    Shapes:  text: `bare`
    """
    return _DOMAIN.fullmatch(text) is not None
