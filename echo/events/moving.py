"""What people bring along and take away. `echo.events` has all events."""

from __future__ import annotations

from dataclasses import dataclass

from echo.events.happening import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAsked(Event):
    """Somebody brought a table; its rows wait."""

    import_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastBrought(Event):
    """Somebody brought an archive with posts of theirs; it waits to be read."""

    import_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPostKept(Event):
    """A post of long ago is here now: it can be found, and nobody is told."""

    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveAsked(Event):
    """Somebody wants all that they have here in one file."""

    archive_id: int
