"""People to discover: suggestions and the directory."""

from __future__ import annotations

from quart import Blueprint, Response

from echo import settings
from echo.actions import suggestions
from echo.db import Row
from echo.errors import Invalid
from echo.http.access import account_id, needs, optional, viewer
from echo.http.params import Params
from echo.http.reading import params, read_id
from echo.http.replies import array, empty
from echo.render import account, suggestion
from echo.store import accounts, discovery

blueprint = Blueprint("discovery", __name__)
ORDERS = ("active", "new")
# Nobody reads on that far; every row before it has to be looked at.
MOST_OFFSET = 10_000


@blueprint.get("/api/v2/suggestions")
@needs("read:accounts")
async def suggest() -> Response:
    """People one may want to follow, and why."""
    return array(await suggestion.many(await _suggested()))


@blueprint.get("/api/v1/suggestions")
@needs("read:accounts")
async def suggest_v1() -> Response:
    """The same without reasons."""
    return array(await account.many([row["id"] for row in await _suggested()]))


@blueprint.delete("/api/v1/suggestions/<target>")
@needs("write:accounts")
async def dismiss(target: str) -> Response:
    """Not this one."""
    await suggestions.dismiss(account_id(), read_id(target))
    return empty()


@blueprint.get("/api/v1/directory")
@optional()
async def directory() -> Response:
    """People who want to be found."""
    given = await params()
    order = given.text("order", "") or ORDERS[0]
    if order not in ORDERS:
        raise Invalid("Validation failed: Order is not included in the list")
    ids = await discovery.directory(
        viewer(),
        newest=order == "new",
        local=given.boolean("local", default=False),
        limit=_limit(given),
        offset=given.integer("offset", 0, minimum=0, maximum=MOST_OFFSET),
    )
    return array(await account.many(ids))


async def _suggested() -> list[Row]:
    handles = [handle.lstrip("@").partition("@") for handle in settings.here().instance.suggested]
    known = await accounts.find_by_handles([(name, domain) for name, _, domain in handles])
    featured = [row["id"] for row in known.values()]
    return await discovery.suggested(account_id(), featured, _limit(await params()))


def _limit(given: Params) -> int:
    return min(abs(given.integer("limit", 40)), 80)
