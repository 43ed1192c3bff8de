"""A bounded cache of rendered halves, by id and version.

A change raises the version, so nothing is ever thrown away on purpose: what is stale is no longer asked for,
and ages out.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")


class VersionedCache(Generic[K]):
    """Least recently used bytes, up to `limit_bytes` in all."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._size_bytes = 0
        self._entries: OrderedDict[K, bytes] = OrderedDict()

    def get(self, key: K) -> bytes | None:
        value = self._entries.get(key)
        if value is not None:
            self._entries.move_to_end(key)
        return value

    def put(self, key: K, value: bytes) -> None:
        old = self._entries.pop(key, b"")
        self._entries[key] = value
        self._size_bytes += len(value) - len(old)
        while self._size_bytes > self._limit_bytes:
            _, dropped = self._entries.popitem(last=False)
            self._size_bytes -= len(dropped)
