"""What this server tells everybody here. `echo.events` has all events."""

from __future__ import annotations

from dataclasses import dataclass

from echo.events.happening import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementChanged(Event):
    """An announcement is published, or says something else now."""

    announcement_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementRemoved(Event):
    announcement_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementReacted(Event):
    """An emoji came under an announcement, or was taken back."""

    announcement_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAccepted(Event):
    """A moderator lets something through that a policy held back."""

    held_id: int
