"""The second half of a log-in: a code, or a passkey, from whoever has already shown the password."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import logins, second_factors
from echo.errors import Gone, Invalid
from echo.http.access import page
from echo.http.families import count_for_address
from echo.policy.redirects import local_path
from echo.store import second_factors as store
from echo.web import visitor
from echo.web.page import Meta, allow_scripts, show

blueprint = Blueprint("second_factor", __name__)
PATH = "/login/second"


@blueprint.get(PATH)
@page
async def ask() -> Response:
    """Asks for a code."""
    user_id = await logins.half_way(visitor.ticket())
    if user_id is None:
        return too_late()
    return await show_form(user_id, local_path(request.args.get("next", ""), "/account"))


@blueprint.post(PATH)
@page
async def check() -> Response:
    """A code was typed in."""
    given = await visitor.read_form()
    target = local_path(given.text("next", ""), "/account")
    user_id = await logins.half_way(visitor.ticket())
    if user_id is None:
        return too_late()
    await count_for_address("login", also=("second-factor", user_id))
    try:
        await second_factors.check(user_id, given.text("code", ""))
        session = await logins.finish(visitor.ticket(), visitor.browser())
    except Invalid as error:
        return await show_form(user_id, target, problem=error.public, status=422)
    except Gone:
        return too_late()
    return visitor.enter(logins.Entrance(session=session), target)


def too_late() -> Response:
    """Back to the beginning of a log-in."""
    response = visitor.redirect("/login?done=late")
    visitor.forget_ticket(response)
    return response


async def show_form(user_id: int, target: str, *, problem: str = "", status: int = 200) -> Response:
    """The page for the second half of somebody's log-in."""
    response = await show(
        "second_factor.html",
        meta=Meta(title="Second factor"),
        status=status,
        has_form=True,
        target=target,
        proofs=await store.of_person(user_id),
        problem=problem,
    )
    return allow_scripts(response)
