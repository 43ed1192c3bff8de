"""The configuration of the current process, bound once by the runtime."""

from __future__ import annotations

from contextvars import ContextVar

from echo.config import Config

_current: ContextVar[Config] = ContextVar("echo_config")
_configured: ContextVar[Config | None] = ContextVar("echo_configured", default=None)


def bind(config: Config, configured: Config | None = None) -> None:
    """Make this the configuration of the current task and of the tasks it starts.

    Shapes:  configured: the same without what was chosen while the server runs (`echo.config.choice`)
    """
    _current.set(config)
    _configured.set(configured)


def here() -> Config:
    """The configuration of this server."""
    return _current.get()


def configured() -> Config:
    """The configuration as the file says, without what was chosen while the server runs."""
    return _configured.get() or here()
