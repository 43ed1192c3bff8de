"""What people change about themselves and whom they meet. `echo.events` has all events."""

from __future__ import annotations

from dataclasses import dataclass

from echo.events.happening import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowChanged(Event):
    """The follower wants other things to be shown of a followee than before."""

    follow_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsChosen(Event):
    """Somebody follows another hashtag, or one less."""

    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainAvoided(Event):
    account_id: int
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainWelcomed(Event):
    """Not avoided any more."""

    account_id: int
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowersDiffer(Event):
    """The server of an account thinks differently of who here follows it; `url` lists whom it knows of."""

    account_id: int
    url: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksChanged(Event):
    """A profile has links that may lead back to it, and nobody has looked yet."""

    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMoved(Event):
    """The account goes on elsewhere, and its followers shall go along. `local`: the old account is here."""

    account_id: int
    target_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TagFeatured(Event):
    """A hashtag is on somebody's profile."""

    account_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TagUnfeatured(Event):
    account_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked(Event):
    blocker_id: int
    blocked_id: int
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unblocked(Event):
    blocker_id: int
    blocked_id: int
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Muted(Event):
    muter_id: int
    muted_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmuted(Event):
    muter_id: int
    muted_id: int
