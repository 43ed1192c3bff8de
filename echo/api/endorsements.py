"""People shown on profiles."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import endorsements
from echo.api.reading import account_page
from echo.api.relations import relationship_to
from echo.errors import NotFound
from echo.http.access import account_id, needs, optional, viewer
from echo.http.reading import cursor_of, params, read_id
from echo.http.replies import array
from echo.render import account
from echo.store import accounts, relations

blueprint = Blueprint("endorsements", __name__)


@blueprint.post("/api/v1/accounts/<target>/endorse", endpoint="endorse")
@blueprint.post("/api/v1/accounts/<target>/pin", endpoint="pin")
@needs("write:accounts")
async def endorse(target: str) -> Response:
    """Show somebody whom one follows."""
    target_id = read_id(target)
    await endorsements.endorse(account_id(), target_id)
    return await relationship_to(target_id)


@blueprint.post("/api/v1/accounts/<target>/unendorse", endpoint="unendorse")
@blueprint.post("/api/v1/accounts/<target>/unpin", endpoint="unpin")
@needs("write:accounts")
async def unendorse(target: str) -> Response:
    """Show them no more."""
    target_id = read_id(target)
    await endorsements.unendorse(account_id(), target_id)
    return await relationship_to(target_id)


@blueprint.get("/api/v1/endorsements")
@needs("read:accounts")
async def own() -> Response:
    """Whom one shows; `limit=0` asks for all of them."""
    return await _shown_by(account_id())


@blueprint.get("/api/v1/accounts/<target>/endorsements")
@optional("read:accounts")
async def shown_by(target: str) -> Response:
    """Whom somebody shows."""
    found = await accounts.get(read_id(target))
    if found.suspended_at is not None:
        raise NotFound
    return await _shown_by(found.id)


async def _shown_by(shower_id: int) -> Response:
    cursor = cursor_of(await params(), default=40, maximum=80)
    if cursor.limit == 0:
        rows = await relations.endorsed(viewer(), shower_id, None)
        return array(await account.many([row["account_id"] for row in rows]))
    return await account_page(await relations.endorsed(viewer(), shower_id, cursor), cursor)
