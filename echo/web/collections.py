"""Collections as pages: people whom somebody recommends together."""

from __future__ import annotations

import msgspec
from quart import Blueprint, Response

from echo.addresses import here
from echo.errors import NotFound
from echo.http.access import page
from echo.ids import parse_id
from echo.policy.viewer import NOBODY
from echo.render import cards
from echo.store import collections
from echo.web import visitor
from echo.web.page import Meta, show

blueprint = Blueprint("collection_pages", __name__)


@blueprint.get("/collections/<collection_id>")
@page
@visitor.members_where_closed
async def collection(collection_id: str) -> Response:
    """One collection."""
    number = parse_id(collection_id)
    row = None if number is None else await collections.find(NOBODY, number)
    if row is None:
        raise NotFound("Not Found")
    items = msgspec.json.decode(row["items"] or "[]")
    owner, *_ = await cards.authors([row["account_id"]])
    return await show(
        "collection.html",
        meta=Meta(
            title=row["name"],
            description=row["description"],
            url=here().collection_page(row["id"]),
            indexed=row["discoverable"] and not row["sensitive"],
        ),
        name=row["name"],
        description=row["description"],
        language=row["language"] or "",
        owner=owner,
        people=await cards.authors([item["account_id"] for item in items]),
    )
