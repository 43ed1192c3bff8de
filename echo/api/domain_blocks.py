"""Servers whose people somebody does not want to meet."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import avoided_domains as actions
from echo.errors import Invalid
from echo.http.access import account_id, needs
from echo.http.reading import cursor_of, page_link, params
from echo.http.replies import empty, entity
from echo.store import avoided_domains, home

blueprint = Blueprint("domain_blocks", __name__)


@blueprint.get("/api/v1/domain_blocks")
@needs("follow", "read:blocks")
async def show() -> Response:
    """Which servers one blocks."""
    cursor = cursor_of(await params(), default=100, maximum=200)
    rows = await avoided_domains.page(account_id(), cursor)
    response = entity([row["domain"] for row in rows])
    if rows:
        link = page_link(rows[0]["id"], rows[-1]["id"], prev="since_id", with_next=len(rows) >= cursor.limit)
        response.headers["Link"] = link or ""
    return response


@blueprint.post("/api/v1/domain_blocks")
@needs("follow", "write:blocks")
async def block() -> Response:
    """Block a server, for oneself."""
    await actions.avoid(account_id(), (await params()).require_text("domain"))
    await home.forget_if_possible(account_id())
    return empty()


@blueprint.delete("/api/v1/domain_blocks")
@needs("follow", "write:blocks")
async def unblock() -> Response:
    """Take it back."""
    await actions.welcome(account_id(), (await params()).require_text("domain"))
    await home.forget_if_possible(account_id())
    return empty()


@blueprint.get("/api/v1/domain_blocks/preview")
@needs("follow", "write:blocks")
async def preview() -> Response:
    """How many follows a block would end."""
    domain = actions.read((await params()).require_text("domain"))
    if domain is None:
        raise Invalid("Validation failed: Domain is not a valid domain name")
    row = await avoided_domains.count_follows(account_id(), domain)
    return entity({"following_count": row["following"], "followers_count": row["followers"]})
