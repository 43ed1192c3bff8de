"""PostgreSQL and Valkey without installing either: their programs from wheels, driven by us."""

from __future__ import annotations

from echo.embedded.engine import Engine
from echo.embedded.engines import (
    EngineAddresses,
    Engines,
    engines,
    find_engines,
    start_engines,
    temporary_engines,
)
from echo.embedded.errors import AlreadyRunning, EngineFailed

__all__ = [
    "AlreadyRunning",
    "Engine",
    "EngineAddresses",
    "EngineFailed",
    "Engines",
    "engines",
    "find_engines",
    "start_engines",
    "temporary_engines",
]
