"""What can go wrong with the embedded engines, in words that tell an operator what to do."""

from __future__ import annotations

from echo.errors import EchoError


class EngineFailed(EchoError):
    """An embedded engine could not be prepared or did not start; the sentence says what to do."""

    default_status = 503
    default_public = "The embedded engines could not be started"


class AlreadyRunning(EngineFailed):
    """Another process works in this data directory."""

    def __init__(self, public: str, *, pid: int | None = None) -> None:
        super().__init__(public)
        self.pid = pid
