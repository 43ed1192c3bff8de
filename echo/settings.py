"""The configuration of the current process, bound once by the runtime."""

from __future__ import annotations

from contextvars import ContextVar

from echo.config import Config

_current: ContextVar[Config] = ContextVar("echo_config")


def bind(config: Config) -> None:
    """Make this the configuration of the current task and of the tasks it starts."""
    _current.set(config)


def here() -> Config:
    """The configuration of this server."""
    return _current.get()
