"""What one does with a post: favourite, reblog, bookmark and their undo. All answer the post as it is now.

By the id of a boost they mean the post that it boosts. Likes, bookmarks and mutes answer the boost then, as
on Mastodon; the undo of a like, of a bookmark and of a boost answers the original.
"""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import boosts, likes, pins, threads
from echo.api.statuses import VISIBILITIES
from echo.http.access import account_id, needs, viewer
from echo.http.families import count_for_account
from echo.http.reading import params, read_id
from echo.http.replies import raw
from echo.kinds import Visibility
from echo.render import status

blueprint = Blueprint("status_actions", __name__)


@blueprint.post("/api/v1/statuses/<status_id>/favourite")
@needs("write:favourites")
async def favourite(status_id: str) -> Response:
    """Like a post."""
    await likes.like(account_id(), read_id(status_id))
    return raw(await status.one(viewer(), read_id(status_id)))


@blueprint.post("/api/v1/statuses/<status_id>/unfavourite")
@needs("write:favourites")
async def unfavourite(status_id: str) -> Response:
    """Take a like back."""
    post = await likes.unlike(account_id(), read_id(status_id))
    return raw(await status.one(viewer(), post.id))


@blueprint.post("/api/v1/statuses/<status_id>/reblog")
@needs("write:statuses")
async def reblog(status_id: str) -> Response:
    """Boost a post; the answer is the boost, with an id of its own."""
    word = (await params()).text("visibility")
    wanted = VISIBILITIES.get(word or "public", Visibility.PUBLIC)
    boost = await boosts.boost(account_id(), read_id(status_id), wanted)
    return raw(await status.one(viewer(), boost.id))


@blueprint.post("/api/v1/statuses/<status_id>/unreblog")
@needs("write:statuses")
async def unreblog(status_id: str) -> Response:
    """Take a boost back; the answer is the original."""
    await count_for_account("deletes")
    post = await boosts.unboost(account_id(), read_id(status_id))
    return raw(await status.one(viewer(), post.id))


@blueprint.post("/api/v1/statuses/<status_id>/bookmark")
@needs("write:bookmarks")
async def bookmark(status_id: str) -> Response:
    """Keep a post."""
    await likes.bookmark(account_id(), read_id(status_id))
    return raw(await status.one(viewer(), read_id(status_id)))


@blueprint.post("/api/v1/statuses/<status_id>/unbookmark")
@needs("write:bookmarks")
async def unbookmark(status_id: str) -> Response:
    """Stop keeping a post."""
    post = await likes.unbookmark(account_id(), read_id(status_id))
    return raw(await status.one(viewer(), post.id))


@blueprint.post("/api/v1/statuses/<status_id>/pin")
@needs("write:accounts")
async def pin(status_id: str) -> Response:
    """Put a post of one's own on top of one's profile."""
    post = await pins.pin(account_id(), read_id(status_id))
    return raw(await status.one(viewer(), post.id))


@blueprint.post("/api/v1/statuses/<status_id>/unpin")
@needs("write:accounts")
async def unpin(status_id: str) -> Response:
    """Take it off the top again."""
    post = await pins.unpin(account_id(), read_id(status_id))
    return raw(await status.one(viewer(), post.id))


@blueprint.post("/api/v1/statuses/<status_id>/mute")
@needs("write:mutes")
async def mute(status_id: str) -> Response:
    """Hear no more of the thread of a post."""
    await threads.mute(account_id(), read_id(status_id))
    return raw(await status.one(viewer(), read_id(status_id)))


@blueprint.post("/api/v1/statuses/<status_id>/unmute")
@needs("write:mutes")
async def unmute(status_id: str) -> Response:
    """Hear of it again."""
    await threads.unmute(account_id(), read_id(status_id))
    return raw(await status.one(viewer(), read_id(status_id)))
