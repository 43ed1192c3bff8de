"""Headers of every answer: its id, CORS for programs, limits, and a policy for browsers."""

from __future__ import annotations

from collections.abc import Sequence

from quart import Quart, Response, g, request

from echo import logs
from echo.http.limits import Allowance

EXPOSED = (
    "Link, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id, Mastodon-Async-Refresh"
)
OPEN_PATHS = (
    "/api/",
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/userinfo",
    "/.well-known/",
    "/nodeinfo/",
    "/media/",
)
_OF_OTHERS = (("X-Content-Type-Options", "nosniff"),)
_OF_OPEN = (
    *_OF_OTHERS,
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", EXPOSED),
)
_OF_API = (*_OF_OPEN, ("Vary", "Authorization, Origin"), ("Cache-Control", "private, no-store"))


def install(app: Quart) -> None:
    """Answer preflight requests and add the common headers, to errors too."""

    @app.before_request
    async def preflight() -> Response | None:
        if request.method == "OPTIONS" and request.path.startswith(OPEN_PATHS):
            return Response(b"", status=204)
        return None

    @app.after_request
    async def add_headers(response: Response) -> Response:
        headers = response.headers
        there = {name.lower() for name, _ in headers}
        # Ours, whatever a client calls it: lines of the log are found by it.
        headers.add("X-Request-Id", logs.REQUEST_ID.get())
        allowance: Allowance | None = g.get("allowance")
        limits = {} if allowance is None else allowance.headers()  # a refusal has told its own limit
        for name, value in (*limits.items(), *of_path(request.path)):
            if name.lower() not in there:
                headers.add(name, value)
        if request.method == "OPTIONS" and request.path.startswith(OPEN_PATHS):
            _allow(response)
        return response


def of_path(path: str) -> Sequence[tuple[str, str]]:
    """What answers under a path say, as far as they do not say it otherwise."""
    if path.startswith("/api/"):
        return _OF_API
    return _OF_OPEN if path.startswith(OPEN_PATHS) else _OF_OTHERS


def _allow(response: Response) -> None:
    headers = response.headers
    headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
    wanted = request.headers.get("Access-Control-Request-Headers")
    headers["Access-Control-Allow-Headers"] = wanted or "Authorization, Content-Type, Idempotency-Key"
    headers["Access-Control-Max-Age"] = "86400"
