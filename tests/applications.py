"""Applications for tests: made once in a test process, and copied for each test.

Registering every route takes longer than most tests. A copy has its own runtime, hub and running tasks, and
shares what no test changes: routes, functions and settings. Whoever adds a route makes an application anew.
"""

from __future__ import annotations

from contextvars import copy_context
from copy import copy

from quart import Quart

from echo import streaming
from echo.app import create_app, front_of
from echo.runtime import Runtime

_patterns: list[Quart] = []


def application(runtime: Runtime) -> Quart:
    """The whole application over an open runtime."""
    if not _patterns:
        _patterns.append(create_app(runtime))
    app = copy(_patterns[0])
    app.background_tasks = set()
    app.extensions = dict(app.extensions)
    context = copy_context()
    context.run(runtime.bind)
    streaming.install(app, context)
    app.asgi_app = front_of(app, runtime)  # type: ignore[method-assign, assignment]
    return app
