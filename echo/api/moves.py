"""Moving to another account, and the accounts that one calls one's own. Mastodon has pages only for it."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import moves
from echo.http.access import account_id, needs
from echo.http.families import count_for_address
from echo.http.reading import params
from echo.http.replies import entity
from echo.render import moving
from echo.store import accounts

blueprint = Blueprint("moves_api", __name__)


@blueprint.get("/api/v1/echo/move")
@needs("read")
async def show() -> Response:
    """Where one has moved to, and the accounts that may move here."""
    return entity(moving.moved(await accounts.get(account_id())))


@blueprint.post("/api/v1/echo/move")
@needs("write")
async def move() -> Response:
    """Go on as another account: `target` (name@domain) and `password`. Every token ends, this one too."""
    given = await params()
    await count_for_address("login", also=("login", account_id()))
    await moves.move(account_id(), given.text("password", ""), given.text("target", ""))
    return entity(moving.moved(await accounts.get(account_id())))


@blueprint.delete("/api/v1/echo/move")
@needs("write")
async def come_back() -> Response:
    """Use an account again that was moved away from."""
    await moves.come_back(account_id())
    return entity(moving.moved(await accounts.get(account_id())))


@blueprint.post("/api/v1/echo/move/aliases")
@needs("write")
async def add_alias() -> Response:
    """Name an account (`target`, name@domain) as one's own, so that it may move here."""
    given = await params()
    # Looking somebody up asks another server.
    await count_for_address("login")
    await moves.add_alias(account_id(), given.text("target", ""))
    return entity(moving.moved(await accounts.get(account_id())))


@blueprint.delete("/api/v1/echo/move/aliases")
@needs("write")
async def remove_alias() -> Response:
    """Name it (`uri`) no more."""
    await moves.remove_alias(account_id(), (await params()).text("uri", ""))
    return entity(moving.moved(await accounts.get(account_id())))
