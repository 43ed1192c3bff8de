"""Headers of every answer: its id, CORS for programs, limits, and a policy for browsers."""

from __future__ import annotations

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
        # Ours, whatever a client calls it: lines of the log are found by it.
        headers.add("X-Request-Id", logs.REQUEST_ID.get())
        headers.setdefault("X-Content-Type-Options", "nosniff")
        if request.path.startswith(OPEN_PATHS):
            _cors(response)
        allowance: Allowance | None = g.get("allowance")
        if allowance is not None:
            for name, value in allowance.headers().items():
                headers.setdefault(name, value)  # a refusal has told its own limit
        if request.path.startswith("/api/"):
            headers.setdefault("Vary", "Authorization, Origin")
            headers.setdefault("Cache-Control", "private, no-store")
        return response


def _cors(response: Response) -> None:
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = EXPOSED
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
        wanted = request.headers.get("Access-Control-Request-Headers")
        headers["Access-Control-Allow-Headers"] = wanted or "Authorization, Content-Type, Idempotency-Key"
        headers["Access-Control-Max-Age"] = "86400"
