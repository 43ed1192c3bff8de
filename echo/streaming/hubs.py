"""The hub of an application: made with it, found through it."""

from __future__ import annotations

from contextvars import Context
from typing import cast

from quart import Quart, current_app

from echo.streaming.hub import Hub
from echo.streaming.registry import Caps

_KEY = "echo_streaming"


def install(app: Quart, context: Context, caps: Caps | None = None) -> None:
    """Give an application its hub.

    Shapes:  context: one in which the runtime of the application is bound
    """
    app.extensions[_KEY] = Hub(context, caps)


def hub_of(app: Quart) -> Hub:
    """The hub of an application."""
    return cast(Hub, app.extensions[_KEY])


def hub() -> Hub:
    """The hub of the application that serves the current request."""
    return cast(Hub, current_app.extensions[_KEY])
