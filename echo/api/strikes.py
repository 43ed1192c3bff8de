"""What moderators did to the caller, and their answer to it."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import appeals
from echo.errors import NotFound
from echo.http.access import account_id, needs
from echo.http.reading import params, read_id
from echo.http.replies import array, raw
from echo.render import strike
from echo.store import strikes

blueprint = Blueprint("strikes", __name__)
_BASE = "/api/v1/echo/strikes"


@blueprint.get(_BASE)
@needs("read:accounts")
async def listing() -> Response:
    """What moderators did to oneself, the newest first."""
    return array(list((await strike.by_id(await strikes.of_account(account_id()))).values()))


@blueprint.get(f"{_BASE}/<strike_id>")
@needs("read:accounts")
async def show(strike_id: str) -> Response:
    """One of them."""
    return await _shown(await _own(strike_id))


@blueprint.post(f"{_BASE}/<strike_id>/appeal")
@needs("write:accounts")
async def appeal(strike_id: str) -> Response:
    """Say that it is wrong, once, within 20 days: `text`."""
    number = await _own(strike_id)
    await appeals.appeal(account_id(), number, (await params()).text("text", ""))
    return await _shown(number)


async def _own(text: str) -> int:
    number = read_id(text)
    row = (await strikes.rows([number])).get(number)
    if row is None or row["target_id"] != account_id():
        raise NotFound
    return number


async def _shown(number: int) -> Response:
    return raw((await strike.by_id(list((await strikes.rows([number])).values())))[number])
