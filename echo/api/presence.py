"""Whether people are here: an extension of ours. Changes are told on the socket."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import presence as actions
from echo.errors import Invalid
from echo.http.access import account_id, needs, viewer
from echo.http.exact import exact_params
from echo.http.replies import entity
from echo.render import presence as rendering
from echo.store import presence

blueprint = Blueprint("presence", __name__)
MOST_ASKED, FRIENDS = 100, 40


@blueprint.get("/api/v1/echo/presence")
@needs("read:chats")
async def show() -> Response:
    """Of the people in `id[]`, those whose presence one may see."""
    numbers = (await exact_params()).ids("id")
    if len(numbers) > MOST_ASKED:
        raise Invalid(f"Validation failed: There are too many (maximum is {MOST_ASKED})")
    return entity([rendering.one(one) for one in await presence.seen(viewer(), numbers)])


@blueprint.get("/api/v1/echo/presence/friends")
@needs("read:chats")
async def friends() -> Response:
    """People whom one follows and who follow back, and who are here now."""
    limit = min((await exact_params()).integer("limit", FRIENDS, minimum=1), FRIENDS)
    return entity([rendering.one(one) for one in await presence.available_friends(viewer(), limit=limit)])


@blueprint.put("/api/v1/echo/presence")
@needs("write:chats")
async def change() -> Response:
    """Be seen by nobody, or be seen: `invisible`. Answers what others see."""
    invisible = (await exact_params()).boolean("invisible")
    if invisible is None:
        raise Invalid("`invisible` parameter is missing")
    await actions.set_invisible(account_id(), invisible=invisible)
    return entity([rendering.one(one) for one in await presence.seen(viewer(), [account_id()])])
