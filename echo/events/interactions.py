"""What people do with posts beside liking and boosting them. `echo.events` has all events."""

from __future__ import annotations

from dataclasses import dataclass

from echo.events.happening import Event


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved(Event):
    """The author of what a post answers said that it may: others will want to see that."""

    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionAnswered(Event):
    """Somebody elsewhere asked whether they may do something with a post. `stamp_uri` empty: they may not."""

    account_id: int
    post_id: int
    interaction: str
    instrument_uri: str
    request_uri: str
    stamp_uri: str
