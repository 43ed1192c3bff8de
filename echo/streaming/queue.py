"""What waits for a socket that said hello: bounded, and when that is too little the least important goes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from echo.streaming.kinds import Overflow
from echo.streaming.outlet import MOST_BYTES, MOST_ENTRIES


@dataclass(slots=True)
class _Waiting:
    """Shapes:  key: what it is about, for those of which the latest is enough"""

    frame: str
    key: str
    stream: str


class Queue:
    """Frames in order, at most 256 and half a megabyte; what goes leaves nothing behind."""

    __slots__ = ("_by_key", "_droppable", "_dropped", "_entries", "_last", "_size")

    def __init__(self) -> None:
        # By their place in the order. The first of a plain dict is slow to find once many were taken.
        self._entries: OrderedDict[int, _Waiting] = OrderedDict()
        self._droppable: OrderedDict[int, None] = OrderedDict()
        self._by_key: dict[str, int] = {}
        self._last = self._size = 0
        self._dropped: dict[str, None] = {}

    def __bool__(self) -> bool:
        return bool(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def is_half_full(self) -> bool:
        """Whether what can be left out should be."""
        return len(self._entries) * 2 >= MOST_ENTRIES or self._size * 2 >= MOST_BYTES

    def add(
        self, frame: str, overflow: Overflow = Overflow.DURABLE, *, key: str = "", stream: str = ""
    ) -> bool:
        """Whether there was room for it, or for saying later that there was none.

        Shapes:  stream: what a gap will name when it is dropped
        """
        if overflow is Overflow.COALESCING and key in self._by_key:
            self._remove(self._by_key[key])
        while not self._has_room(frame) and self._drop_oldest():
            continue
        if not self._has_room(frame):
            if overflow is Overflow.DROPPABLE:
                self._dropped[stream] = None
            return overflow is Overflow.DROPPABLE
        self._last += 1
        self._entries[self._last] = _Waiting(frame, key if overflow is Overflow.COALESCING else "", stream)
        self._size += len(frame)
        if overflow is Overflow.COALESCING:
            self._by_key[key] = self._last
        elif overflow is Overflow.DROPPABLE:
            self._droppable[self._last] = None
        return True

    def take(self) -> str:
        """The oldest frame; there must be one."""
        return self._remove(next(iter(self._entries))).frame

    def dropped(self) -> tuple[str, ...]:
        """The streams of which something was dropped since this was asked last."""
        streams = tuple(self._dropped)
        self._dropped.clear()
        return streams

    def clear(self) -> None:
        self._entries.clear()
        self._droppable.clear()
        self._by_key.clear()
        self._dropped.clear()
        self._size = 0

    def _has_room(self, frame: str) -> bool:
        return len(self._entries) < MOST_ENTRIES and self._size + len(frame) <= MOST_BYTES

    def _drop_oldest(self) -> bool:
        for place in self._droppable:
            self._dropped[self._remove(place).stream] = None
            return True
        return False

    def _remove(self, place: int) -> _Waiting:
        entry = self._entries.pop(place)
        self._size -= len(entry.frame)
        self._droppable.pop(place, None)
        if self._by_key.get(entry.key) == place:
            del self._by_key[entry.key]
        return entry
