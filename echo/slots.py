"""Redis Cluster divides keys into slots, and slots among servers: which key is where."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar, cast

from redis.crc import key_slot

T = TypeVar("T")
Address = tuple[str, int]
# What has no key: any server can answer.
_KEYLESS = frozenset({"PING", "INFO", "TIME", "CONFIG GET", "CLUSTER SLOTS", "SCRIPT LOAD"})


class SlotMap:
    """Which server has which slots, as it was told last; empty at first."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._owners: list[tuple[int, Address]] = []

    @property
    def addresses(self) -> list[Address]:
        """The servers that have slots."""
        return sorted({address for _, address in self._owners})

    def take(self, rows: Sequence[Any], asked: Address) -> None:
        """What `asked` said.

        Source:  CLUSTER SLOTS: first slot, last slot, [host or nothing, port, ..] of the primary, ..
        """
        found = []
        for first, last, primary, *_ in rows:
            host = (primary[0] or b"").decode() if primary[0] != b"?" else ""
            found.append((int(first), int(last), (host or asked[0], int(primary[1]))))
        found.sort()
        self._starts = [first for first, _, _ in found]
        self._owners = [(last, address) for _, last, address in found]

    def owner_of(self, slot: int) -> Address | None:
        """The server that has a slot, if one does."""
        place = bisect.bisect_right(self._starts, slot) - 1
        if place < 0 or self._owners[place][0] < slot:
            return None
        return self._owners[place][1]


def slot_of(key: str | bytes) -> int:
    """The slot of a key; what stands between braces decides, where there are some.

    Source:  Redis Cluster specification, hash tags
    """
    return int(key_slot(key.encode() if isinstance(key, str) else key))


def by_slot(items: Iterable[T], key_of: Callable[[T], str]) -> list[list[T]]:
    """Items whose keys one command may use together."""
    parts: dict[Hashable, list[T]] = {}
    for item in items:
        parts.setdefault(slot_of(key_of(item)), []).append(item)
    return list(parts.values())


def key_of(args: Sequence[Any]) -> str | bytes | None:
    """The key that decides where a command is done; None where there is none."""
    command = str(args[0]).upper()
    if command in _KEYLESS or len(args) < 2:
        return None
    if command in ("EVAL", "EVALSHA"):
        return cast("str | bytes", args[3])
    if command == "XREAD":
        return cast("str | bytes", args[-2])
    return args[1] if isinstance(args[1], str | bytes) else str(args[1])


def address_in(text: str) -> Address:
    """What is written host:port."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)
