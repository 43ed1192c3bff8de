"""What every page for those who run the server shares: who may open it, the side bar, what was just done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec
from urllib.parse import urlencode

from quart import Response, request

from echo.errors import NotFound
from echo.http.access import PERMISSION, caller_address, page
from echo.policy.roles import Permission, Seat, Staff
from echo.policy.standing import Login, Standing
from echo.store import second_factors
from echo.web import staff_pages, visitor
from echo.web.page import Meta, show

P = ParamSpec("P")
View = Callable[P, Awaitable[Response]]
HOME = "/admin"


def staff_page(permission: Permission) -> Callable[[View[P]], View[P]]:
    """A page for those whose role has the permission. Who is not logged in is sent to log in; for everybody
    else there is nothing there.
    """

    def mark(view: View[P]) -> View[P]:
        @wraps(view)
        async def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            person = await visitor.login()
            if person is None:
                return visitor.to_login(request.full_path.rstrip("?"))
            if person.standing is not Standing.ACTIVE or not person.seat.is_staff:
                raise NotFound
            if not person.seat.may(permission):
                return _elsewhere(person.seat)
            if await second_factors.is_missing(person.user_id):
                return visitor.redirect("/settings/security?done=needed")
            return await view(*args, **kwargs)

        marked = page(guarded)
        setattr(marked, PERMISSION, permission)
        return marked

    return mark


def _elsewhere(seat: Seat) -> Response:
    """From the first page to what somebody may open instead of it. Raises NotFound on all others."""
    may_open = [entry for entries in staff_pages.shown_to(seat).values() for entry in entries]
    if request.path != HOME or not may_open:
        raise NotFound
    return visitor.redirect(may_open[0].path, status=302)


async def login() -> Login:
    """Who looks, on a page with @staff_page."""
    person = await visitor.login()
    if person is None:
        raise NotFound
    return person


async def by() -> Staff:
    """Who acts, on a page with @staff_page."""
    person = await login()
    return Staff(account_id=person.user_id, seat=person.seat, address=caller_address(), door="page")


async def show_staff(
    template: str, *, title: str, notices: Mapping[str, str] | None = None, bad: str = "", **values: Any
) -> Response:
    """A page with the side bar.

    Shapes:  template: below `admin/`; notices: what `done_at` may say, by key; bad: what was wrong with what
             was sent
    """
    person = await login()
    said = (notices or {}).get(request.args.get("done", ""), "")
    return await show(
        f"admin/{template}",
        meta=Meta(title=title),
        status=422 if bad else 200,
        title=title,
        groups=staff_pages.shown_to(person.seat),
        may=person.seat.may,
        permission=Permission,
        notice=said,
        bad=bad,
        **values,
    )


def done_at(path: str, key: str, **query: str | int) -> Response:
    """Back to a page of ours, which then says what was done.

    Shapes:  key: of the `notices` of that page
    """
    return visitor.redirect(f"{path}?{urlencode({'done': key, **query})}")
