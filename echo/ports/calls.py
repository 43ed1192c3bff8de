"""Services that the operator has chosen, and how they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered, whatever its status."""

    status: int
    body: bytes


class Caller(Protocol):
    """Asks a service that the operator has chosen, over the one guarded HTTP client."""

    async def __call__(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> Reply:
        """Raises:  Unavailable when it cannot be reached"""
        ...


_caller: ContextVar[Caller] = ContextVar("echo_caller")


def bind_caller(caller: Caller) -> None:
    """Make this the way to services for the current task and the tasks it starts."""
    _caller.set(caller)


def caller() -> Caller:
    """How services of the operator are asked."""
    return _caller.get()
