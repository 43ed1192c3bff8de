"""Replacing the children of a supervisor one after another, each when its successor serves."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

from echo.embedded.processes import describe_end
from echo.embedded.roles import RoleChild

# How long a successor may take until it serves.
PATIENCE_SECONDS = 60.0

log = logging.getLogger(__name__)


class Place(Protocol):
    """Where a child stands: `ready` becomes true when the one that was started last says so."""

    child: RoleChild
    ready: bool


class Renewal:
    """The children that are still to be replaced. `step` is called whenever something may have happened.

    Shapes:  places: whose children are to be replaced, in this order; surplus: children whose place is gone;
             spawn: starts a child
    """

    def __init__(
        self, places: Iterable[Place], surplus: Iterable[RoleChild], spawn: Callable[[RoleChild], None]
    ) -> None:
        self._waiting = deque(places)
        self._surplus = deque(surplus)
        self._spawn = spawn
        self._place: Place | None = None
        self._successor: RoleChild | None = None
        self._leaving: RoleChild | None = None
        self._deadline = 0.0
        self.failure = ""

    @property
    def is_over(self) -> bool:
        return not (self._waiting or self._surplus or self._place or self._leaving)

    @property
    def extra(self) -> list[RoleChild]:
        """Children that run beside those in their places."""
        return [child for child in (self._successor, self._leaving, *self._surplus) if child is not None]

    @property
    def due_at(self) -> float | None:
        """When `step` is to be called although nothing has happened; a monotonic time."""
        return self._deadline if self._place or self._leaving else None

    def is_about(self, place: Place) -> bool:
        """Whether the child of this place ends because its successor cannot work beside it."""
        return place is self._place and not place.child.role.overlaps

    def step(self) -> None:
        """Go on as far as possible now."""
        while not self.is_over and self._advance():
            pass

    def _advance(self) -> bool:
        """Take the next step. Returns whether there may be another one at once."""
        if self._leaving is not None:
            return self._see_off(self._leaving)
        if self._place is not None:
            return self._install(self._place)
        if self._waiting:
            self._begin(self._waiting.popleft())
        else:
            self._ask_to_leave(self._surplus.popleft())
        return True

    def _begin(self, place: Place) -> None:
        """Start the successor; where two cannot work side by side, only when the other one has gone."""
        log.info("%s is replaced", place.child.name)
        self._place = place
        if place.child.role.overlaps:
            self._start(place)
        else:
            self._ask_to_leave(place.child)

    def _start(self, place: Place) -> None:
        place.ready = False
        self._successor = place.child.successor()
        self._deadline = time.monotonic() + PATIENCE_SECONDS
        self._spawn(self._successor)

    def _install(self, place: Place) -> bool:
        successor = self._successor
        if successor is None:  # the one before has gone
            self._start(place)
            return False
        if place.ready or not place.child.role.announces:
            self._place = self._successor = None
            before, place.child = place.child, successor
            if before.pid is not None:
                self._ask_to_leave(before)
            return True
        if successor.pid is None or time.monotonic() >= self._deadline:
            self._give_up(place, successor)
            return True
        return False

    def _give_up(self, place: Place, successor: RoleChild) -> None:
        """The new code does not serve: whoever is still in place stays there."""
        status = successor.exit_status()
        why = "does not become ready" if status is None else describe_end(status)
        self.failure = f"{successor.name} {why}"
        log.error("%s: the processes that are left are not replaced", self.failure)
        successor.kill()
        place.ready = True
        self._place = self._successor = None
        self._waiting.clear()
        self._surplus.clear()

    def _ask_to_leave(self, child: RoleChild) -> None:
        child.request_leave()
        self._leaving = child
        self._deadline = time.monotonic() + child.grace_seconds

    def _see_off(self, child: RoleChild) -> bool:
        if child.pid is not None:
            if time.monotonic() < self._deadline:
                return False
            log.error("%s did not leave: killed", child.name)
            child.kill()
            self._deadline = time.monotonic() + 1.0
            return False
        self._leaving = None
        return True
