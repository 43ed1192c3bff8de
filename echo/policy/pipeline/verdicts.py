"""What policies decide, and how several decisions become one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum


class Action(IntEnum):
    """From the mildest to the strictest: of several decisions the strictest holds."""

    ACCEPT = 0
    REWRITE = 1
    HOLD = 2
    REJECT = 3

    @property
    def word(self) -> str:
        """As it is written in answers and on pages."""
        return self.name.lower()


class Change(StrEnum):
    """How a post is rewritten."""

    WARN = "warn"  # gets a content warning, unless it has one
    SENSITIVE = "sensitive"  # its files are hidden until somebody looks
    UNLIST = "unlist"  # public posts are kept off public timelines
    UNTELL = "untell"  # the people it names are not told
    DROP_FILES = "drop_files"


@dataclass(frozen=True, slots=True)
class Match:
    """What one policy found.

    Shapes:  policy_id: its row; found: what it saw, for moderators; reason: for whoever wrote it
    """

    policy_id: int
    policy: str
    found: str
    action: Action
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done. The changes belong to it whether it is held first or not."""

    action: Action = Action.ACCEPT
    changes: frozenset[Change] = frozenset()
    warning: str = ""
    matches: tuple[Match, ...] = ()

    @property
    def reason(self) -> str:
        """What whoever wrote it is told: the reason of the strictest match."""
        return max(self.matches, key=lambda match: match.action).reason if self.matches else ""

    @property
    def decisive(self) -> Match:
        """The match that decided. Only of a verdict that is not plain acceptance."""
        return max(self.matches, key=lambda match: match.action)

    def with_match(
        self, match: Match, changes: frozenset[Change] = frozenset(), warning: str = ""
    ) -> Verdict:
        """The verdict after one more policy."""
        return replace(
            self,
            action=max(self.action, match.action),
            changes=self.changes | changes,
            warning=self.warning or warning,
            matches=(*self.matches, match),
        )


ACCEPTED = Verdict()
