"""Relays. There are a few at most."""

from __future__ import annotations

from echo import db
from echo.db import Row
from echo.kinds import RelayState
from echo.models import Relay


async def listing() -> list[Row]:
    """Rows of all relays, the oldest first."""
    return await db.fetch(
        "SELECT id, style, state, inbox, actor_uri, created_at, answered_at FROM relays ORDER BY id"
    )


async def accepted() -> list[Relay]:
    """Those that repeat what we publish."""
    return await Relay.filter(state=RelayState.ACCEPTED.value).order_by("id")


async def find(relay_id: int) -> Relay | None:
    """A relay."""
    return await Relay.get_or_none(id=relay_id)


async def find_by_follow(uri: str) -> Relay | None:
    """The relay that was asked with this Follow."""
    return await Relay.get_or_none(follow_uri=uri)


async def find_by_actor(uri: str) -> Relay | None:
    """The relay that this actor speaks for."""
    return await Relay.get_or_none(actor_uri=uri) if uri else None


async def waiting() -> list[Relay]:
    """Those that have not answered."""
    return await Relay.filter(state=RelayState.PENDING.value).order_by("id")


async def is_relay(actor_uri: str) -> bool:
    """Whether this actor speaks for a relay that repeats things to us."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT 1 FROM relays WHERE actor_uri = $1 AND state = 'accepted')", actor_uri
        )
    )
