"""Polls."""

from __future__ import annotations

import re

from quart import Blueprint, Response

from echo.actions import polls
from echo.errors import BadRequest, Invalid
from echo.http.access import account_id, needs, optional, viewer
from echo.http.reading import params, read_id
from echo.http.replies import raw
from echo.render import poll
from echo.store import polls as store

blueprint = Blueprint("polls", __name__)
_PLACE = re.compile(r"[0-9]{1,4}", re.ASCII)


@blueprint.get("/api/v1/polls/<poll_id>")
@optional("read:statuses")
async def show(poll_id: str) -> Response:
    """A poll whose post one may read."""
    known = await store.get(read_id(poll_id))
    shown = await poll.one(viewer(), known)
    if viewer().is_anonymous or known.local:
        return raw(shown)
    await polls.ask_again(known)
    return raw(await poll.one(viewer(), known))


@blueprint.post("/api/v1/polls/<poll_id>/votes")
@needs("write:statuses")
async def vote(poll_id: str) -> Response:
    """Choose."""
    known = await store.get(read_id(poll_id))
    given = await params()
    if not given.has("choices"):
        await poll.one(viewer(), known)  # nobody learns from the error that it is there
        raise BadRequest("param is missing or the value is empty: choices")
    choices = [_place(text) for text in given.list("choices")]
    if choices:
        await polls.vote(account_id(), known.id, choices)
    return raw(await poll.one(viewer(), known))


def _place(text: str) -> int:
    """Which answer; apps send a number or its text."""
    if not _PLACE.fullmatch(text.strip()):
        raise Invalid("Validation failed: The chosen vote option does not exist")
    return int(text)
