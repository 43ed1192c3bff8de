"""What happens between this server and relays. `echo.events` has all events."""

from __future__ import annotations

from dataclasses import dataclass

from echo.events.happening import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayAsked(Event):
    """This server wants to subscribe to a relay."""

    relay_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayFollowed(Event):
    """A relay follows back."""

    relay_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayLeft(Event):
    """A subscription has ended; its row is gone, so all of it is here."""

    style: str
    inbox: str
    actor_uri: str
    follow_uri: str
