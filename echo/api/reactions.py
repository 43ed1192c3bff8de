"""Emojis under posts, by the routes of Pleroma."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import reactions as actions
from echo.http.access import account_id, needs, optional, viewer
from echo.http.reading import read_id
from echo.http.replies import raw
from echo.models import Post
from echo.render import account, reaction, status
from echo.store import posts, reactions

blueprint = Blueprint("reactions", __name__)
PATH = "/api/v1/pleroma/statuses/<status_id>/reactions"


@blueprint.get(PATH)
@optional("read:statuses")
async def every(status_id: str) -> Response:
    """The emojis under a post, each with those who put it there."""
    return await _answer(await posts.get_original(viewer(), read_id(status_id)), None)


@blueprint.get(f"{PATH}/<emoji>")
@optional("read:statuses")
async def of_one(status_id: str, emoji: str) -> Response:
    """The same of one emoji: a list of one or none."""
    return await _answer(await posts.get_original(viewer(), read_id(status_id)), emoji)


@blueprint.put(f"{PATH}/<emoji>")
@needs("write:statuses", "write:favourites")
async def react(status_id: str, emoji: str) -> Response:
    """Put an emoji under a post."""
    post = await actions.react(account_id(), read_id(status_id), emoji)
    return raw(await status.one(viewer(), post.id))


@blueprint.delete(f"{PATH}/<emoji>")
@needs("write:statuses", "write:favourites")
async def unreact(status_id: str, emoji: str) -> Response:
    """Take it back."""
    post = await actions.unreact(account_id(), read_id(status_id), emoji)
    return raw(await status.one(viewer(), post.id))


async def _answer(post: Post, emoji: str | None) -> Response:
    found = reaction.read(await reactions.page(viewer(), post.id))
    if emoji is not None:
        name = actions.spelled(emoji)
        found = [tally for tally in found if tally.name == name]
    people = await account.by_id(sorted({i for tally in found for i in tally.people}))
    return raw(reaction.with_people(found, people))
