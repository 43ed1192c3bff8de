"""Quotes of a post, taking them back, and who may quote it."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import quotes
from echo.api import wordings
from echo.errors import Invalid
from echo.http.access import account_id, needs, viewer
from echo.http.reading import cursor_of, page_link, params, read_id, update_route
from echo.http.replies import array, raw
from echo.render import status
from echo.store import posts as post_store
from echo.store import quotes as quote_store

blueprint = Blueprint("quotes", __name__)


@blueprint.get("/api/v1/statuses/<status_id>/quotes")
@needs("read:statuses")
async def quoting(status_id: str) -> Response:
    """The posts that quote a post; those that the caller may not read are left out."""
    post = await post_store.get(viewer(), read_id(status_id))
    cursor = cursor_of(await params(), default=20, maximum=40)
    ids = await quote_store.page(viewer(), post.id, cursor)
    link = None
    if ids:
        link = page_link(ids[0], ids[-1], prev="since_id", with_next=len(ids) >= cursor.limit)
    return array(await status.many(viewer(), ids), link=link)


@blueprint.post("/api/v1/statuses/<status_id>/quotes/<quoting_id>/revoke")
@needs("write:statuses")
async def revoke(status_id: str, quoting_id: str) -> Response:
    """Take back that one's own post is quoted; the answer is the post that quotes it."""
    post = await quotes.revoke(account_id(), read_id(status_id), read_id(quoting_id))
    return raw(await status.one(viewer(), post.id))


@update_route(blueprint, "/api/v1/statuses/<status_id>/interaction_policy")
@needs("write:statuses")
async def interaction_policy(status_id: str) -> Response:
    """Say who may quote a post of one's own."""
    post_id = (await post_store.get(viewer(), read_id(status_id))).id
    policy = wordings.quote_policy(await params())
    if policy is None:
        raise Invalid("Validation failed: quote_approval_policy can't be blank")
    post = await quotes.set_policy(account_id(), post_id, policy)
    return raw(await status.one(viewer(), post.id))
