"""What a supervisor knows about each process in its care."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast

from echo.embedded.restarts import Restarts
from echo.embedded.roles import Role, RoleChild

URGENT_SECONDS = 5.0


class Charge(Protocol):
    """A process in our care: an engine or a child of a role."""

    @property
    def name(self) -> str: ...
    @property
    def stop_rank(self) -> int: ...
    @property
    def grace_seconds(self) -> float: ...
    @property
    def pid(self) -> int | None: ...
    def spawn(self) -> None: ...
    def exit_status(self) -> int | None: ...
    def request_stop(self, *, urgent: bool = False) -> None: ...
    def kill(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Estate:
    """What a supervisor hands to the code after it: running processes by name, and the lifeline."""

    children: Mapping[str, int]
    lifeline: tuple[int, int]


@dataclass(slots=True)
class Slot:
    """A charge with its history. `due_at` is a monotonic time, set while it waits to be started again."""

    charge: Charge
    awaited: bool  # says when it is ready
    restarts: Restarts = field(default_factory=Restarts)
    spawned_at: float = field(default_factory=time.monotonic)
    due_at: float | None = None
    ready: bool = False

    @property
    def is_down(self) -> bool:
        return self.due_at is None and self.charge.pid is None


@dataclass(slots=True)
class ChildSlot(Slot):
    """The place of a child, where another one may come to stand."""

    @property
    def child(self) -> RoleChild:
        return cast(RoleChild, self.charge)

    @child.setter
    def child(self, child: RoleChild) -> None:
        self.charge, self.spawned_at = child, time.monotonic()


def surplus_child(name: str, pid: int) -> RoleChild:
    """A child for which the new configuration has no place."""
    child = RoleChild(Role(name, _nothing), 1)
    child.adopt(pid)
    return child


def ask(group: Sequence[Charge], *, urgent: bool) -> float:
    """Ask charges to stop. Returns the monotonic time by which they should have."""
    for charge in group:
        charge.request_stop(urgent=urgent)
    return time.monotonic() + (URGENT_SECONDS if urgent else max(charge.grace_seconds for charge in group))


def names_of(group: Sequence[Charge]) -> str:
    """What charges are called in the log."""
    return ", ".join(charge.name for charge in group)


def _nothing() -> None:
    """What a child runs that is only waited for."""
