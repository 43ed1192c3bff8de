"""Errors, as pages."""

from __future__ import annotations

from quart import Response

from echo.errors import EchoError
from echo.policy.authorization import OAuthError
from echo.web import visitor
from echo.web.page import Meta, show

TITLES = {
    401: "That did not work",
    403: "That is not allowed",
    404: "There is nothing here",
    410: "It was here once",
    413: "That was too much",
    429: "A little slower, please",
    503: "Back in a moment",
}
EXPLANATIONS = {
    404: "The address may be mistyped, the page may have been removed, or it may not be for everyone.",
    429: "Too many tries in a short time. Wait a while, then go on.",
    503: "The server is busy or being looked after. Nothing is lost; try again in a moment.",
}
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
    said = error.public if error.status < 500 else ""
    title = TITLES.get(error.status, "Something went wrong" if error.status >= 500 else "That did not work")
    return await show(
        "error.html",
        status=error.status,
        meta=Meta(title=title),
        is_failing=not await _is_known(error),
        title=title,
        explanation=_sentence(REFUSED_APPS.get(code) or EXPLANATIONS.get(error.status, said)),
        code=code,
        number=error.status,
    )


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
