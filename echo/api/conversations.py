"""Conversations: direct posts by the people they are between."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import conversations as actions
from echo.errors import NotFound
from echo.http.access import account_id, needs, viewer
from echo.http.reading import cursor_of, page_link, params, read_id
from echo.http.replies import array, empty, raw
from echo.render import conversation
from echo.store import conversations

blueprint = Blueprint("conversations", __name__)


@blueprint.get("/api/v1/conversations")
@needs("read:statuses")
async def index() -> Response:
    """One's conversations; the cursor is the id of the last post."""
    cursor = cursor_of(await params(), default=20, maximum=40)
    rows = await conversations.page(account_id(), cursor)
    link = None
    if rows:
        first, last = rows[0]["last_post_id"], rows[-1]["last_post_id"]
        link = page_link(first, last, with_next=len(rows) >= cursor.limit)
    return array(await conversation.many(viewer(), rows), link=link)


@blueprint.delete("/api/v1/conversations/<conversation_id>")
@needs("write:conversations")
async def delete(conversation_id: str) -> Response:
    """Take one off the list."""
    await actions.forget(account_id(), read_id(conversation_id))
    return empty()


@blueprint.post("/api/v1/conversations/<conversation_id>/read")
@needs("write:conversations")
async def read(conversation_id: str) -> Response:
    """One has read it."""
    return await _marked(read_id(conversation_id), unread=False)


@blueprint.post("/api/v1/conversations/<conversation_id>/unread")
@needs("write:conversations")
async def unread(conversation_id: str) -> Response:
    """One wants to read it again."""
    return await _marked(read_id(conversation_id), unread=True)


async def _marked(conversation_id: int, *, unread: bool) -> Response:
    if await conversations.find(account_id(), conversation_id) is None:
        raise NotFound
    await actions.mark(account_id(), conversation_id, unread=unread)
    row = await conversations.find(account_id(), conversation_id)
    rendered = await conversation.many(viewer(), [row]) if row is not None else []
    if not rendered:
        raise NotFound
    return raw(rendered[0])
