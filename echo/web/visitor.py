"""The browser in front of a page: who is logged in with it, and whether a form really came from our page.

Two cookies. `session` names the row of a session. `form` is for people who are not logged in: a random text
that their forms repeat, which a foreign page can neither read nor set.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, cast
from urllib.parse import urlencode

from quart import Response, g, request

from echo import clock, settings
from echo.actions.links import LIFETIMES, LinkKind
from echo.actions.logins import SESSION_DAYS, Browser, Entrance
from echo.config.checks import is_local_host
from echo.errors import Forbidden
from echo.http import media_types
from echo.http.access import caller_address
from echo.http.forms import Form
from echo.http.forms import read_form as read_body
from echo.http.params import Params
from echo.policy import feeds
from echo.policy.redirects import local_path
from echo.policy.secret_texts import new_secret, same
from echo.policy.standing import Login
from echo.store import sessions
from echo.store.auth import load_session

P = ParamSpec("P")
FORM_BYTES = 64 * 1024
FIELD = "csrf"
EXPIRED = "This form has expired. Go back, reload the page and try again."


def is_secure() -> bool:
    """Whether cookies are for TLS only: unless somebody talks plainly to this very machine, to try it."""
    config = settings.here()
    is_plain = request.scheme == "http" and request.host != config.host and is_local_host(request.host)
    return config.is_secure and not is_plain


def cookie_name(purpose: str) -> str:
    """The name of a cookie. Over TLS its prefix keeps neighbouring hosts from setting it."""
    return f"__Host-echo_{purpose}" if is_secure() else f"echo_{purpose}"


async def login() -> Login | None:
    """Who is logged in with this browser."""
    if "login" not in g:
        text = session_text()
        g.login = await load_session(text) if text else None
        if g.login is not None:
            await sessions.touch(g.login.session_id, g.login.user_id, caller_address(), clock.now())
    return cast("Login | None", g.login)


def known_login() -> Login | None:
    """Who is logged in, as far as it was looked up already."""
    return cast("Login | None", g.get("login"))


def session_text() -> str:
    """The text of the session cookie, valid or not."""
    return request.cookies.get(cookie_name("session"), "")


def browser() -> Browser:
    """Where the request comes from."""
    return Browser(address=caller_address(), user_agent=request.headers.get("User-Agent", ""))


async def form_token() -> str:
    """What a form on this page must send back."""
    visitor = await login()
    if visitor is not None:
        return visitor.csrf
    if "form_token" not in g:
        g.form_token = request.cookies.get(cookie_name("form"), "") or new_secret()
    return cast(str, g.form_token)


async def read_form() -> Params:
    """The fields of a form that was sent from one of our pages.

    Raises:  Forbidden when it came from elsewhere, or from a page of another session
    """
    with await read_form_with_files(FORM_BYTES) as form:
        return form.params


async def read_form_with_files(most_bytes: int) -> Form:
    """The same with its files; use it in a `with`.

    Shapes:  most_bytes: of the whole body
    """
    form = await read_body(request, max_bytes=most_bytes)
    visitor = await login()
    expected = visitor.csrf if visitor else request.cookies.get(cookie_name("form"), "")
    is_foreign = request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}
    if is_foreign or not expected or not same(form.params.text(FIELD, ""), expected):
        with form:
            raise Forbidden(EXPIRED)
    return form


def remember_form_token(response: Response) -> None:
    """Set the cookie that goes with the forms of this page, when it has some."""
    token = g.get("form_token")
    if token and request.cookies.get(cookie_name("form")) != token:
        _set(response, "form", token, max_age_seconds=None)


def start_session(response: Response, text: str) -> None:
    """This browser is logged in from now on."""
    _set(response, "session", text, max_age_seconds=SESSION_DAYS * 86_400)
    # What came before the log-in is worth nothing after it.
    for purpose in ("form", "half", "wish"):
        _set(response, purpose, "", max_age_seconds=0)


def enter(entrance: Entrance, target: str) -> Response:
    """Send the browser on after a log-in: in, or to where the second factor is asked for.

    Shapes:  target: a path of ours
    """
    if entrance.session:
        response = redirect(target)
        start_session(response, entrance.session)
        return response
    response = redirect(f"/login/second?{urlencode({'next': target})}")
    _set(response, "half", entrance.ticket, max_age_seconds=int(LIFETIMES[LinkKind.HALF].total_seconds()))
    return response


def ticket() -> str:
    """What a browser holds that is half-way logged in, valid or not."""
    return request.cookies.get(cookie_name("half"), "")


def forget_ticket(response: Response) -> None:
    """The log-in begins again."""
    _set(response, "half", "", max_age_seconds=0)


def end_session(response: Response) -> None:
    """This browser is logged out from now on."""
    _set(response, "session", "", max_age_seconds=0)


def redirect(location: str, *, status: int = 303) -> Response:
    """Send the browser on.

    Shapes:  location: a path of ours, or an address that an app registered; nothing that was only typed in
    """
    return Response(b"", status=status, headers={"Location": location, "Cache-Control": "no-store"})


def to_login(target: str, *, again: bool = False) -> Response:
    """Send the browser to the log-in page, and from there back to a path of ours."""
    query = {"next": target} | ({"again": "1"} if again else {})
    return redirect(f"/login?{urlencode(query)}", status=302)


def members_where_closed(
    view: Callable[P, Awaitable[Response]],
) -> Callable[P, Awaitable[Response]]:
    """For pages of people and posts: on a closed server visitors are sent to log in. Other servers, which ask
    for the thing behind the page, are sent on to the document, which looks who they are.
    """

    @wraps(view)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        is_program = media_types.prefers_activity(request.headers.getlist("Accept"))
        if feeds.is_closed() and not is_program and await login() is None:
            return to_login(request.full_path.rstrip("?"))
        return await view(*args, **kwargs)

    return guarded


def keep_wish(response: Response, target: str) -> None:
    """Remember where somebody wanted to go who has to confirm an address first.

    Shapes:  target: a path of ours
    """
    keep(response, "wish", target, max_age_seconds=int(LIFETIMES[LinkKind.CONFIRM].total_seconds()))


def wish() -> str:
    """Where this browser's person wanted to go; to their account, if nowhere."""
    return local_path(request.cookies.get(cookie_name("wish"), ""), "/account")


def keep(response: Response, purpose: str, value: str, *, max_age_seconds: int) -> None:
    """Let this browser keep something for a while that only we can read; nothing after 0 seconds."""
    _set(response, purpose, value, max_age_seconds=max_age_seconds)


def _set(response: Response, purpose: str, value: str, *, max_age_seconds: int | None) -> None:
    response.set_cookie(
        cookie_name(purpose),
        value,
        max_age=max_age_seconds,
        path="/",
        secure=is_secure(),
        httponly=True,
        samesite="Lax",
    )
