"""One place that turns errors into answers: JSON for programs, pages for browsers."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from quart import Quart, Response, has_request_context, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from echo import db
from echo.errors import (
    BadRequest,
    EchoError,
    Invalid,
    NoRoom,
    NotFound,
    TooLarge,
    TooMany,
    Unauthorized,
    Unavailable,
)
from echo.http.replies import entity

log = logging.getLogger(__name__)
ErrorPage = Callable[[EchoError], Awaitable[Response]]
PROGRAM_PATHS = (
    "/api/",
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/userinfo",
    "/.well-known/",
    "/nodeinfo/",
    "/ap/",
)


def install(app: Quart, error_page: ErrorPage) -> None:
    """Handle every error of this app; `error_page` renders one for browsers."""

    @app.errorhandler(Exception)
    async def any_error(error: Exception) -> Response:
        known = classify(error)
        asked = f"{request.method} {request.path}" if has_request_context() else "a WebSocket"
        if isinstance(known, NoRoom):
            # No mistake of ours, and there are many of them: one line each.
            log.warning("%s: %s", asked, known.detail or known.public)
        elif known.status >= 500 and known.status != 503:
            log.error("%s failed", asked, exc_info=error)
        elif known.detail:
            log.info("%s: %s", asked, known.detail)
        is_for_programs = not has_request_context() or wants_json()
        response = answer(known) if is_for_programs else await error_page(known)
        return _with_headers(response, known)


def classify(error: Exception) -> EchoError:
    """The error as one of ours."""
    if isinstance(error, EchoError):
        return error
    if isinstance(error, RequestEntityTooLarge):
        return TooLarge()
    if isinstance(error, HTTPException):
        if error.code in (404, 405):
            return NotFound("Not Found")
        return EchoError(error.name, status=error.code or 500)
    if db.behind(error, db.NULLS):
        return BadRequest("A text holds a character that cannot be stored")
    if db.behind(error, db.BEYOND):
        return Invalid("Validation failed: A value is longer than any that can be stored")
    if full := db.behind(error, db.DISK_FULL):
        return NoRoom("The disk of this server is full: nothing can be written for now", detail=str(full))
    outage = db.behind(error)
    return EchoError() if outage is None else db.outage(outage)


def answer(error: EchoError) -> Response:
    """The error as Mastodon words it."""
    body: dict[str, object] = {"error": error.public}
    if isinstance(error, Invalid) and error.details is not None:
        body["details"] = {
            name: [{"error": reason.code, "description": reason.description} for reason in reasons]
            for name, reasons in error.details.items()
        }
    return entity(body, status=error.status)


def refusal(error: EchoError) -> Response:
    """The same, with the headers that belong to it."""
    return _with_headers(answer(error), error)


def wants_json() -> bool:
    """Whether a program is asking: by path, or because it does not take HTML."""
    if request.path.startswith(PROGRAM_PATHS):
        return True
    accept = request.headers.get("Accept", "")
    return "json" in accept and "text/html" not in accept


def _with_headers(response: Response, error: EchoError) -> Response:
    if isinstance(error, Unauthorized):
        response.headers["WWW-Authenticate"] = 'Bearer realm="Echo", error="invalid_token"'
    response.headers.update(error.headers)
    if isinstance(error, TooMany | Unavailable):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response
