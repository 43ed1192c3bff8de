"""Errors, as pages."""

from __future__ import annotations

from quart import Response, request

from echo.errors import (
    BadRequest,
    Conflict,
    EchoError,
    Forbidden,
    Gone,
    Invalid,
    NoRoom,
    NotFound,
    TooLarge,
    Unauthorized,
)
from echo.policy.authorization import OAuthError
from echo.policy.redirects import local_path
from echo.web import visitor
from echo.web.page import Meta, show

TITLES = {
    400: "That could not be understood",
    401: "That did not work",
    403: "That is not allowed",
    404: "There is nothing here",
    409: "Somebody was quicker",
    410: "It was here once",
    413: "That was too much",
    422: "That cannot be taken like this",
    429: "A little slower, please",
    503: "Back in a moment",
    507: "There is no room",
}
# What is said where the error itself has nothing for people.
EXPLANATIONS = {
    400: "Something is missing in what was sent, or cannot be read. Go back and try again.",
    401: "Log in, and try again.",
    403: "This is not open to you. If it should be, ask whoever runs this server.",
    404: "The address may be mistyped, the page may have been removed, or it may not be for everyone.",
    409: "It was changed in the same moment. Go back, look at it again and try once more.",
    410: "It has been deleted, or it can be used no more.",
    413: "What was sent is larger than this server takes. Make it smaller and try again.",
    422: "Something that was filled in cannot be taken. Go back and look at it again.",
    429: "Too many tries in a short time. Wait a while, then go on.",
    500: "The fault is on this server, and is written down. If it stays, tell whoever runs it.",
    503: "The server is busy or being looked after. Nothing is lost; try again in a moment.",
    507: "The disk of this server is full: it takes no files for the moment.",
}
# What errors say that were given no words of their own: it is for programs.
WORDLESS = {
    kind.default_public
    for kind in (BadRequest, Unauthorized, Forbidden, NotFound, Conflict, Gone, TooLarge, Invalid, NoRoom)
} | {"Not Found"}
# Where the same again may well work.
PASSING = (429, 500, 503)
# What people can do about a refusal that was worded for programs.
REFUSED_APPS = {
    "invalid_client": "This server does not know the app that sent you here. Log out there and try again.",
    "invalid_redirect_uri": "You were to be sent to an address that the app did not register. Do not go on.",
    "invalid_scope": "The app asks for more than it registered for, or for something unknown here.",
    "access_denied": "The app was given no access. You can close this page.",
}


async def error_page(error: EchoError) -> Response:
    """An error for people: what happened, and what they can do.

    Who is logged in is looked up where the fault is not ours. After others nothing is read: the database may
    be away.
    """
    code = error.code if isinstance(error, OAuthError) else ""
    title = TITLES.get(error.status, "Something went wrong" if error.status >= 500 else "That did not work")
    return await show(
        "error.html",
        status=error.status,
        meta=Meta(title=title),
        is_failing=not await _is_known(error),
        title=title,
        explanation=_sentence(_explanation(error, code)),
        code=code,
        number=error.status,
        again=local_path(request.full_path.rstrip("?"), "")
        if error.status in PASSING and request.method == "GET"
        else "",
    )


def _explanation(error: EchoError, code: str) -> str:
    said = error.public if error.status < 500 and error.public not in WORDLESS else ""
    # Of too many tries only how long it takes is of use.
    general = EXPLANATIONS.get(error.status, EXPLANATIONS[500] if error.status >= 500 else "")
    return REFUSED_APPS.get(code) or (general if error.status == 429 else said or general)


async def _is_known(error: EchoError) -> bool:
    """Whether the visitor could be looked up, so that the page can lead them back to where they were."""
    if error.status >= 500 or error.status == 429:
        return False
    try:
        await visitor.login()
    except Exception:
        return False
    return True


def _sentence(text: str) -> str:
    """What was worded for programs, with the full stop that people expect."""
    return f"{text}." if text and text[-1].isalnum() else text
