"""Reports of a year: none are made here, and every route says so in a way that apps understand.

Reports to look back on are Mastodon's; what they count is not kept here.
"""

from __future__ import annotations

from quart import Blueprint, Response

from echo.errors import NotFound
from echo.http.access import needs
from echo.http.replies import empty, entity

blueprint = Blueprint("yearly", __name__)
_YEAR = "/api/v1/annual_reports/<year>"


@blueprint.get("/api/v1/annual_reports")
@needs("read:accounts")
async def index() -> Response:
    """None."""
    return entity({"annual_reports": [], "accounts": [], "statuses": []})


@blueprint.get(_YEAR)
@needs("read:accounts")
async def show(year: str) -> Response:
    """Never made."""
    raise NotFound


@blueprint.get(f"{_YEAR}/state")
@needs("read:accounts")
async def state(year: str) -> Response:
    """Nobody can have one."""
    _require_year(year)
    return entity({"state": "ineligible"})


@blueprint.post(f"{_YEAR}/generate")
@needs("write:accounts")
async def generate(year: str) -> Response:
    """As when it is not the season."""
    _require_year(year)
    return empty()


@blueprint.post(f"{_YEAR}/read")
@needs("write:accounts")
async def read(year: str) -> Response:
    """There is none to be read."""
    raise NotFound


def _require_year(text: str) -> None:
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise NotFound
