"""What waits for a socket that said hello: bounded, and when that is too little the least important goes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from echo.streaming.kinds import Overflow
from echo.streaming.outlet import MOST_BYTES, MOST_ENTRIES


@dataclass(slots=True)
class _Waiting:
    """Shapes:  key: what it is about, for those of which the latest is enough; frame: empty when it is not to
    be sent any more
    """

    frame: str
    overflow: Overflow
    key: str
    stream: str


class Queue:
    """Frames in order, at most 256 and half a megabyte."""

    __slots__ = ("_by_key", "_count", "_dropped", "_entries", "_size")

    def __init__(self) -> None:
        self._entries: deque[_Waiting] = deque()
        self._by_key: dict[str, _Waiting] = {}
        self._count = self._size = 0
        self._dropped: dict[str, None] = {}

    def __bool__(self) -> bool:
        return self._count > 0

    @property
    def is_half_full(self) -> bool:
        """Whether what can be left out should be."""
        return self._count * 2 >= MOST_ENTRIES or self._size * 2 >= MOST_BYTES

    def add(
        self, frame: str, overflow: Overflow = Overflow.DURABLE, *, key: str = "", stream: str = ""
    ) -> bool:
        """Whether there was room for it, or for saying later that there was none.

        Shapes:  stream: what a gap will name when it is dropped
        """
        if overflow is Overflow.COALESCING:
            former = self._by_key.pop(key, None)
            if former is not None:
                self._void(former)
        while not self._has_room(frame) and self._drop_oldest():
            continue
        if not self._has_room(frame):
            if overflow is Overflow.DROPPABLE:
                self._dropped[stream] = None
            return overflow is Overflow.DROPPABLE
        entry = _Waiting(frame, overflow, key, stream)
        self._entries.append(entry)
        self._count += 1
        self._size += len(frame)
        if overflow is Overflow.COALESCING:
            self._by_key[key] = entry
        return True

    def take(self) -> str:
        """The oldest frame; there must be one."""
        while not (entry := self._entries.popleft()).frame:
            continue
        frame = entry.frame
        self._void(entry)
        if self._by_key.get(entry.key) is entry:
            del self._by_key[entry.key]
        return frame

    def dropped(self) -> tuple[str, ...]:
        """The streams of which something was dropped since this was asked last."""
        streams = tuple(self._dropped)
        self._dropped.clear()
        return streams

    def clear(self) -> None:
        self._entries.clear()
        self._by_key.clear()
        self._dropped.clear()
        self._count = self._size = 0

    def _has_room(self, frame: str) -> bool:
        return self._count < MOST_ENTRIES and self._size + len(frame) <= MOST_BYTES

    def _drop_oldest(self) -> bool:
        for entry in self._entries:
            if entry.frame and entry.overflow is Overflow.DROPPABLE:
                self._dropped[entry.stream] = None
                self._void(entry)
                return True
        return False

    def _void(self, entry: _Waiting) -> None:
        self._count -= 1
        self._size -= len(entry.frame)
        entry.frame = ""
