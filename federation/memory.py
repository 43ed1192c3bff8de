"""A bounded memory of a process: the least recently used goes first, and everything goes after a time."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memory(Generic[Key, Value]):
    """Shapes:  size: most entries; seconds: how long one is kept when nothing else is said"""

    def __init__(self, *, size: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._seconds = seconds
        self._clock = clock
        self._entries: OrderedDict[Key, tuple[float, Value]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> Value | None:
        """What is remembered, or None."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry[0] <= self._clock():
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return entry[1]

    def put(self, key: Key, value: Value, *, seconds: float | None = None) -> None:
        """Remember, for the usual time or for `seconds`."""
        self._entries[key] = (self._clock() + (self._seconds if seconds is None else seconds), value)
        self._entries.move_to_end(key)
        while len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def forget(self, key: Key) -> None:
        """Remember no more."""
        self._entries.pop(key, None)

    def first_within(self, key: Key, value: Value, *, seconds: float) -> bool:
        """Whether the key was not remembered; it is now, for `seconds`. For doing things at most so often."""
        if self.get(key) is not None:
            return False
        self.put(key, value, seconds=seconds)
        return True
