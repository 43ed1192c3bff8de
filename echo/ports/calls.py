"""Services that the operator has chosen, and how they are asked."""

from __future__ import annotations

from collections.abc import Mapping
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
