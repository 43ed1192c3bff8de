"""What people do with posts beside liking and boosting them. `echo.events` has all events."""

from __future__ import annotations

from dataclasses import dataclass

from echo.happening import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted(Event):
    """Somebody put an emoji under a post."""

    reaction_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreacted(Event):
    """They took it back: the row is gone, so this says what it was."""

    account_id: int
    post_id: int
    name: str
    url: str
    uri: str
    as_like: bool
