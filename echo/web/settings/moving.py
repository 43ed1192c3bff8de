"""Moving to another account, naming the accounts from which one may come here, and the end of an account."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import accounts as account_actions
from echo.actions import moves, proof_codes
from echo.addresses import here
from echo.errors import Invalid
from echo.http.access import page
from echo.http.families import count_for_address
from echo.models import Account
from echo.store import accounts, moving
from echo.web import visitor
from echo.web.settings.frame import done, given, me, member, show_page
from echo.web.settings.navigation import LEAVING, USABLE

blueprint = Blueprint("moving", __name__)
ALIASES, MOVE, DELETE = "/settings/aliases", "/settings/move", "/settings/delete"


@blueprint.get(ALIASES)
@page
@member(USABLE)
async def aliases() -> Response:
    """The accounts that one calls one's own."""
    return await _aliases()


@blueprint.post(ALIASES)
@page
@member(USABLE)
async def add_alias() -> Response:
    """One more."""
    # Looking somebody up asks another server.
    await count_for_address("login")
    handle = given().text("handle", "")
    try:
        await moves.add_alias(me().user_id, handle)
    except Invalid as error:
        return await _aliases(handle=handle, problem=error.public, status=422)
    return done(ALIASES, "alias")


@blueprint.post(f"{ALIASES}/remove")
@page
@member(USABLE)
async def remove_alias() -> Response:
    """One less."""
    await moves.remove_alias(me().user_id, given().text("uri", ""))
    return done(ALIASES, "no-alias")


@blueprint.get(MOVE)
@page
@member(USABLE)
async def move() -> Response:
    """What a move does, and a form for it."""
    return await _move()


@blueprint.post(MOVE)
@page
@member(USABLE)
async def move_now() -> Response:
    """Go on as another account."""
    await count_for_address("login", also=("login", me().username))
    handle = given().text("handle", "")
    try:
        await moves.move(me().user_id, given().text("password", ""), handle)
    except Invalid as error:
        return await _move(handle=handle, problem=error.public, status=422)
    return done(MOVE, "moved")


@blueprint.post(f"{MOVE}/back")
@page
@member(USABLE)
async def come_back() -> Response:
    """Use this account again."""
    await moves.come_back(me().user_id)
    return done(MOVE, "back")


@blueprint.get(DELETE)
@page
@member(LEAVING)
async def ask_to_delete() -> Response:
    """What is lost, and a form that asks for the password."""
    return await _delete()


@blueprint.post(DELETE)
@page
@member(LEAVING)
async def delete() -> Response:
    """The end of the account."""
    await count_for_address("login", also=("login", me().username))
    try:
        await account_actions.delete_oneself(me().user_id, given().text("password", ""))
    except Invalid as error:
        return await _delete(problem=error.public, status=422)
    response = visitor.redirect("/login?done=deleted")
    visitor.end_session(response)
    return response


async def _aliases(*, handle: str = "", problem: str = "", status: int = 200) -> Response:
    account = await accounts.get(me().user_id)
    return await show_page(
        "settings/aliases.html",
        "Accounts you come from",
        status=status,
        problem=problem,
        aliases=await _named(account.also_known_as),
        handle=handle,
    )


async def _move(*, handle: str = "", problem: str = "", status: int = 200) -> Response:
    account: Account = await accounts.get(me().user_id)
    moved_to = await _named([account.moved_to_uri]) if account.moved_to_uri else []
    return await show_page(
        "settings/move.html",
        "Move to another account",
        status=status,
        problem=problem,
        own_handle=f"@{me().username}@{here().domain}",
        moved_to=moved_to[0][1] if moved_to else "",
        handle=handle,
        may_have_code=await proof_codes.may_ask(me().user_id),
    )


async def _delete(*, problem: str = "", status: int = 200) -> Response:
    return await show_page(
        "settings/delete.html",
        "Delete your account",
        problem=problem,
        status=status,
        may_have_code=await proof_codes.may_ask(me().user_id),
    )


async def _named(uris: list[str]) -> list[tuple[str, str]]:
    """Addresses with the handles behind them; an address stands for itself where we do not know it."""
    known = {
        row["uri"]: f"@{row['username']}@{row['domain'] or here().domain}"
        for row in await moving.handles(uris)
    }
    return [(uri, known.get(uri, uri)) for uri in uris]
