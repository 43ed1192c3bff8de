"""What happens in live rooms. `echo.events` has all events."""

from __future__ import annotations

from dataclasses import dataclass

from echo.events.happening import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomChanged(Event):
    """Somebody came, left, raised a hand, or the room is another. Told to those who are in it, and to who had
    to leave.
    """

    room_id: int
    account_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomShown(Event):
    """A post shows a room that it did not show, or one that is over now."""

    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomEnded(Event):
    """A room is over, and a server carried its sound and pictures."""

    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomMemberChanged(Event):
    """Somebody may speak in such a room, or not any more, or is in it no more."""

    room_id: int
    account_id: int
