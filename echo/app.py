"""The web application: all surfaces behind one plain ASGI callable."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from quart import Quart

from echo import api, web
from echo.http import errors, headers
from echo.runtime import Runtime
from echo.web.error_page import error_page
from federation.blueprints import BLUEPRINTS as FEDERATION

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class BoundApp:
    """Binds the runtime to the task of each request, then asks the application."""

    def __init__(self, app: Any, runtime: Runtime) -> None:
        self._app = app
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._runtime.bind()
        await self._app(scope, receive, send)


def create_app(runtime: Runtime) -> Quart:
    """The application over an open runtime."""
    app = Quart("echo", static_folder=None, template_folder=None)
    app.url_map.strict_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = None  # each route has its own cap, checked while reading
    app.config["BODY_TIMEOUT"] = 60
    errors.install(app, error_page)
    headers.install(app)
    for blueprint in (*api.BLUEPRINTS, *web.BLUEPRINTS, *FEDERATION):
        app.register_blueprint(blueprint)
    app.asgi_app = BoundApp(app.asgi_app, runtime)  # type: ignore[method-assign, assignment]
    return app


def create_streaming_app(runtime: Runtime) -> Quart:
    """The application of the streaming process."""
    return create_app(runtime)
