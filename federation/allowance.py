"""How often something may happen because of one server: counted for all processes together."""

from __future__ import annotations

from echo.errors import TooMany
from echo.http.limits import Limit, count


async def allows(name: str, subject: str, at_most: int, *, seconds: int = 60) -> bool:
    """Count one use, and whether it is one that may be."""
    try:
        await count([Limit(name, subject, at_most, seconds)])
    except TooMany:
        return False
    return True
