"""The web application: all surfaces behind one plain ASGI callable."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextvars import copy_context
from functools import lru_cache
from inspect import iscoroutinefunction
from typing import Any

from quart import Blueprint, Quart, Request
from quart.typing import ResponseTypes

from echo import admin, api, logs, metrics, streaming, tracing, web
from echo.http import access, errors, fence, headers, lateness, strays
from echo.http.exchange import Exchange, PacedRequest
from echo.http.ready import Front
from echo.runtime import Runtime
from echo.web.error_page import error_page
from echo.web.page import read_files
from federation.admission import admit
from federation.blueprints import BLUEPRINTS as FEDERATION
from federation.ready import sources

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
_is_async = lru_cache(maxsize=4096)(iscoroutinefunction)


class BoundApp:
    """Binds the runtime to the task of each request, then asks the application."""

    def __init__(self, app: Any, runtime: Runtime) -> None:
        self._app = app
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._runtime.bind()
        await self._app(scope, receive, send)


class Site(Quart):
    """The application, which counts what it answers."""

    def ensure_async(self, func: Any) -> Any:
        """Quart's. What a function is does not change, and eight are asked about for each request."""
        return func if _is_async(func) else super().ensure_async(func)

    async def handle_request(self, request: Request) -> ResponseTypes:
        """Answer a request. Counted by the template of its route: paths are without number, and name
        people."""
        began = time.perf_counter()
        logs.REQUEST_ID.set(os.urandom(8).hex())
        with tracing.span(request.method) as span:
            response = await super().handle_request(request)
            rule = request.url_rule
            route = "none" if rule is None else rule.rule
            span.update_name(f"{request.method} {route}")
            span.set_attribute("status", response.status_code)
        metrics.count_request(request.method, route, response.status_code, time.perf_counter() - began)
        return response


def create_app(runtime: Runtime) -> Quart:
    """The application over an open runtime. It serves streams too, where no process of their own does."""
    read_files()
    app = _create(runtime, (*api.BLUEPRINTS, *admin.BLUEPRINTS, *web.BLUEPRINTS, *FEDERATION))
    app.asgi_app = front_of(app, runtime)  # type: ignore[method-assign, assignment]
    return app


def create_streaming_app(runtime: Runtime) -> Quart:
    """The application of the streaming process: nothing but streams."""
    app = _create(runtime, ())
    app.asgi_app = BoundApp(app.asgi_app, runtime)  # type: ignore[method-assign, assignment]
    return app


def front_of(app: Quart, runtime: Runtime) -> BoundApp:
    """What the server asks: documents that are ready are answered at once, all else by the application."""
    return BoundApp(Front(app, Quart.asgi_app.__get__(app), sources(app)), runtime)


def _create(runtime: Runtime, blueprints: Sequence[Blueprint]) -> Quart:
    app = Site("echo", static_folder=None, template_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # merging would redirect, and a redirect loses bodies
    app.config["MAX_CONTENT_LENGTH"] = None  # each route has its own cap, checked while reading
    app.config["BODY_TIMEOUT"] = 60
    app.asgi_http_class = Exchange
    app.request_class = PacedRequest
    app.extensions[access.ADMISSION] = admit
    errors.install(app, error_page)
    headers.install(app)
    fence.install(app)
    strays.install(app)
    lateness.install(app)
    for blueprint in (*blueprints, *streaming.BLUEPRINTS):
        app.register_blueprint(blueprint)
    context = copy_context()
    context.run(runtime.bind)
    streaming.install(app, context)
    return app
