"""What the pages under /settings share: who may be there, the list of pages beside each, and notices.

A page that did something answers 303 to itself with a word in the address; `NOTICES` has the sentences.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, cast

from quart import Response, g, request

from echo.errors import Forbidden
from echo.http.forms import Upload
from echo.http.params import Params
from echo.policy.standing import Login, Standing
from echo.web import visitor
from echo.web.page import Meta, show
from echo.web.settings import navigation
from echo.web.settings.navigation import ACTIVE

P = ParamSpec("P")
View = Callable[P, Awaitable[Response]]
NOTICES = {
    "kept": "Your choices are kept.",
    "invited": "The link is there: send it to whom you want.",
    "uninvited": "The link is worth nothing any more. Who came with it stays.",
    "added": "It is on the list.",
    "removed": "It is gone.",
    "alias": "The account is named as yours.",
    "no-alias": "It is not named any more.",
    "renamed": "You have another name now. The old one leads to it.",
    "moved": "You have moved. Your followers are on their way.",
    "back": "You are back. Followers who went along do not come back by themselves.",
    "session": "That browser is logged out.",
    "others": "Every other browser is logged out.",
    "password": "Your new password is set. Every other device was logged out.",
    "app-added": "Your authenticator app is asked for codes from now on.",
    "app-removed": "Your authenticator app is not asked for codes any more.",
    "identity-added": "You can log in with that account from now on.",
    "code": "A letter with a code is on its way to you.",
    "identity-removed": "That account lets nobody in any more.",
    "needed": "Your role needs a second factor. Set one up to go on.",
    "passkey-added": "Your passkey can be used from now on.",
    "passkey-removed": "That passkey is not taken any more.",
    "email": "A letter is on its way to the new address. Follow the link in it.",
    "import": "The file is taken in. It is worked through now.",
    "archive": "It is being made. A letter comes when it is ready.",
    "no-import": "It is gone from the list. What was done stays done.",
    "appeal": "Your appeal is on its way to the moderators.",
    "app": "The app has no access any more.",
}

# Why a page is closed to somebody who is logged in, in words for people.
IN_THE_WAY = {
    Standing.UNCONFIRMED: "Your e-mail address is not confirmed yet. Your account page says how to do that.",
    Standing.PENDING: "A moderator has to look at your request first.",
    Standing.DISABLED: "Your account is disabled. Your account page says what you can do.",
    Standing.SUSPENDED: "Your account is suspended. Your account page says what you can do.",
    Standing.MOVED: "You have moved: this goes on at your new account.",
}


def member(
    standings: frozenset[Standing] = ACTIVE, *, most_bytes: Callable[[], int] = lambda: visitor.FORM_BYTES
) -> Callable[[View[P]], View[P]]:
    """A page of somebody who is logged in: `me()`. Others are sent to log in, and come back.

    Of a form that was sent the token is checked first; `given()` and `files()` are what is in it.

    Shapes:  standings: who may be here at all; the rest get Forbidden; most_bytes: of a form with its files
    """

    def mark(view: View[P]) -> View[P]:
        @wraps(view)
        async def checked(*args: P.args, **kwargs: P.kwargs) -> Response:
            if request.method == "GET":
                return await _entered(view, standings, *args, **kwargs)
            with await visitor.read_form_with_files(most_bytes()) as form:
                g.given, g.files = form.params, form.files
                return await _entered(view, standings, *args, **kwargs)

        return checked

    return mark


async def _entered(
    view: View[P], standings: frozenset[Standing], /, *args: P.args, **kwargs: P.kwargs
) -> Response:
    person = await visitor.login()
    if person is None:
        # After a form of theirs they come back to the page that it was on.
        is_page = request.method == "GET"
        return visitor.to_login(request.full_path.rstrip("?") if is_page else _page_of(request.path))
    if person.standing not in standings:
        raise Forbidden(IN_THE_WAY.get(person.standing))
    return await view(*args, **kwargs)


def me() -> Login:
    """Who is logged in, inside a `member` page."""
    return cast(Login, visitor.known_login())


def given() -> Params:
    """The fields of the form that was sent."""
    return cast(Params, g.given)


def files() -> dict[str, Upload]:
    """The files of the form that was sent."""
    return cast("dict[str, Upload]", g.files)


def done(path: str, word: str) -> Response:
    """Back to a page, which says what was done.

    Shapes:  word: a key of `NOTICES`
    """
    return visitor.redirect(f"{path}?done={word}")


def notice() -> str:
    """What the page before this one has done."""
    return NOTICES.get(request.args.get("done", ""), "")


async def show_page(
    template: str, title: str, *, status: int = 200, problem: str = "", **values: object
) -> Response:
    """A page inside the frame.

    Shapes:  template: extends `settings/_base.html`; problem: why a form was not taken
    """
    person = me()
    return await show(
        template,
        meta=Meta(title=title),
        status=status,
        has_form=False,
        is_failing=False,
        form_source="",
        groups=navigation.shown_to(person.standing),
        place=navigation.place_of(request.path),
        title=title,
        person=person,
        notice=notice() if status == 200 else "",
        problem=problem,
        **values,
    )


def _page_of(path: str) -> str:
    return navigation.place_of(path) or "/account"
