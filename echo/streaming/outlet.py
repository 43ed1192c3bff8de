"""The receiving ends: what the hub knows of a connection, whatever it is made of."""

from __future__ import annotations

from collections import deque
from enum import IntEnum
from typing import Generic, Protocol, TypeVar

from echo.bus import Live
from echo.errors import EchoError
from echo.policy.access import Access
from echo.streaming.frames import Told
from echo.streaming.kinds import Overflow
from echo.streaming.session import Session
from echo.streaming.topics import Label, Topic

MOST_ENTRIES = 256
MOST_BYTES = 512 * 1024

T = TypeVar("T", str, bytes)


class Ending(IntEnum):
    """Why we end a connection, as the close codes of WebSockets. From 4000 on they are Echo's own."""

    RESTART = 1012
    BINARY = 1003
    FLOOD = 1008
    ACCESS_ENDED = 4001
    TOO_SLOW = 4008
    # After hello only; the first and the last in place of RESTART and FLOOD.
    GOING_AWAY = 4000
    REPLACED = 4009
    TOO_FAST = 4029


class Outlet(Protocol):
    """One connection. `topics` is kept by the registry, `session` is there after hello."""

    access: Access
    address: str
    topics: dict[Topic, Label]

    @property
    def session(self) -> Session | None: ...

    async def wait_for_room(self) -> None:
        """Returns when not much waits to be sent."""
        ...

    def tell(self, told: Told, label: Label) -> None:
        """Pass an event on; never waits."""
        ...

    def put(self, frame: str, overflow: Overflow = Overflow.DURABLE, *, key: str = "") -> None:
        """Send a frame of our own protocol, after those that wait; never waits.

        Shapes:  key: what it is about, for those of which only the latest needs to wait
        """
        ...

    def signal(self, message: Live) -> None:
        """Pass a signal on, if it can be told here; never waits."""
        ...

    def refuse(self, refusal: EchoError) -> None:
        """Say that a subscription is over; never waits."""
        ...

    def end(self, why: Ending) -> None:
        """End the connection; never waits."""
        ...


class Backlog(Generic[T]):
    """What waits to be sent on one connection, within bounds."""

    __slots__ = ("_entries", "_size")

    def __init__(self) -> None:
        self._entries: deque[T] = deque()
        self._size = 0

    def __bool__(self) -> bool:
        return bool(self._entries)

    @property
    def is_half_full(self) -> bool:
        """Whether what can be left out should be."""
        return len(self._entries) * 2 >= MOST_ENTRIES or self._size * 2 >= MOST_BYTES

    def add(self, entry: T) -> bool:
        """Whether there was room."""
        if len(self._entries) >= MOST_ENTRIES or self._size + len(entry) > MOST_BYTES:
            return False
        self._entries.append(entry)
        self._size += len(entry)
        return True

    def take(self) -> T:
        """The oldest entry; there must be one."""
        entry = self._entries.popleft()
        self._size -= len(entry)
        return entry

    def clear(self) -> None:
        self._entries.clear()
        self._size = 0
