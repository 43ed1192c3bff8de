"""Moving to another account, and naming the accounts from which one may come here."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import moves
from echo.addresses import here
from echo.errors import Forbidden, Invalid
from echo.http.access import page
from echo.http.families import count_for_address
from echo.models import Account
from echo.policy.standing import Login, Standing
from echo.store import accounts, moving
from echo.web import visitor
from echo.web.page import Meta, show

blueprint = Blueprint("moving", __name__)
ALIASES, MOVE = "/settings/aliases", "/settings/move"
NOTICES = {
    "added": "The account is named as yours.",
    "removed": "It is not named any more.",
    "moved": "You have moved. Your followers are on their way.",
    "back": "You are back. Followers who went along do not come back by themselves.",
}


@blueprint.get("/settings/aliases")
@page
async def aliases() -> Response:
    """The accounts that one calls one's own."""
    person = await _person()
    return visitor.to_login(ALIASES) if person is None else await _aliases(person)


@blueprint.post("/settings/aliases")
@page
async def add_alias() -> Response:
    """One more."""
    given = await visitor.read_form()
    person = await _person()
    if person is None:
        return visitor.to_login(ALIASES)
    # Looking somebody up asks another server.
    await count_for_address("login")
    handle = given.text("handle", "")
    try:
        await moves.add_alias(person.user_id, handle)
    except Invalid as error:
        return await _aliases(person, handle=handle, problem=error.public, status=422)
    return visitor.redirect(f"{ALIASES}?done=added")


@blueprint.post("/settings/aliases/remove")
@page
async def remove_alias() -> Response:
    """One less."""
    given = await visitor.read_form()
    person = await _person()
    if person is None:
        return visitor.to_login(ALIASES)
    await moves.remove_alias(person.user_id, given.text("uri", ""))
    return visitor.redirect(f"{ALIASES}?done=removed")


@blueprint.get("/settings/move")
@page
async def move() -> Response:
    """What a move does, and a form for it."""
    person = await _person()
    return visitor.to_login(MOVE) if person is None else await _move(person)


@blueprint.post("/settings/move")
@page
async def move_now() -> Response:
    """Go on as another account."""
    given = await visitor.read_form()
    person = await _person()
    if person is None:
        return visitor.to_login(MOVE)
    await count_for_address("login", also=("login", person.username))
    handle = given.text("handle", "")
    try:
        await moves.move(person.user_id, given.text("password", ""), handle)
    except Invalid as error:
        return await _move(person, handle=handle, problem=error.public, status=422)
    return visitor.redirect(f"{MOVE}?done=moved")


@blueprint.post("/settings/move/back")
@page
async def come_back() -> Response:
    """Use this account again."""
    await visitor.read_form()
    person = await _person()
    if person is None:
        return visitor.to_login(MOVE)
    await moves.come_back(person.user_id)
    return visitor.redirect(f"{MOVE}?done=back")


async def _person() -> Login | None:
    """Who is logged in. Raises Forbidden for those who may not use their account."""
    person = await visitor.login()
    if person is not None and person.standing not in (Standing.ACTIVE, Standing.MOVED):
        raise Forbidden
    return person


async def _aliases(person: Login, *, handle: str = "", problem: str = "", status: int = 200) -> Response:
    account = await accounts.get(person.user_id)
    return await show(
        "aliases.html",
        meta=Meta(title="Accounts you come from"),
        status=status,
        aliases=await _named(account.also_known_as),
        handle=handle,
        notice=_notice(),
        problem=problem,
    )


async def _move(person: Login, *, handle: str = "", problem: str = "", status: int = 200) -> Response:
    account: Account = await accounts.get(person.user_id)
    moved_to = await _named([account.moved_to_uri]) if account.moved_to_uri else []
    return await show(
        "move.html",
        meta=Meta(title="Move to another account"),
        status=status,
        own_handle=f"@{person.username}@{here().domain}",
        person=person,
        moved_to=moved_to[0][1] if moved_to else "",
        handle=handle,
        notice=_notice(),
        problem=problem,
    )


async def _named(uris: list[str]) -> list[tuple[str, str]]:
    """Addresses with the handles behind them; an address stands for itself where we do not know it."""
    known = {
        row["uri"]: f"@{row['username']}@{row['domain'] or here().domain}"
        for row in await moving.handles(uris)
    }
    return [(uri, known.get(uri, uri)) for uri in uris]


def _notice() -> str:
    return NOTICES.get(request.args.get("done", ""), "")
