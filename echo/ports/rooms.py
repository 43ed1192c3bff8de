"""What carries sound and pictures between the people in a live room."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

MESH = "mesh"


@dataclass(frozen=True, slots=True)
class Stage:
    """A room, as far as what carries it must know.

    Shapes:  maximum: people at once
    """

    room_id: int
    maximum: int
    video: bool


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody in it. Shapes:  name: for people"""

    account_id: int
    name: str
    may_speak: bool


class RoomEngine(Protocol):
    """Everything may be asked twice. Each call raises Unavailable when the engine cannot be reached."""

    async def admit(self, stage: Stage, guest: Guest) -> dict[str, object]:
        """Make the room where it is missing, and let somebody in.

        Returns: what their client needs to connect; nothing where clients find each other
        """
        ...

    async def set_voice(self, stage: Stage, guest: Guest) -> None:
        """Let somebody who is in be heard, or not any more."""
        ...

    async def expel(self, stage: Stage, account_id: int) -> None:
        """End the connection of somebody."""
        ...

    async def close(self, stage: Stage) -> None:
        """End the room and every connection to it."""
        ...


class MeshEngine:
    """Browsers talk to each other: nothing outside is needed, and nothing is asked."""

    async def admit(self, stage: Stage, guest: Guest) -> dict[str, object]:
        return {}

    async def set_voice(self, stage: Stage, guest: Guest) -> None:
        return

    async def expel(self, stage: Stage, account_id: int) -> None:
        return

    async def close(self, stage: Stage) -> None:
        return


Engines = Mapping[str, RoomEngine]
_MESH_ALONE: Engines = {MESH: MeshEngine()}
_engines: ContextVar[Engines] = ContextVar("echo_room_engines")


def bind_room_engines(engines: Engines) -> None:
    """Make these the engines of the current task and of the tasks it starts."""
    _engines.set(engines)


def room_engines() -> Engines:
    """The engines of the current task, by name; a mesh is always among them."""
    return _engines.get(_MESH_ALONE)
