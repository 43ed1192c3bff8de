"""Uploads."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from quart import Blueprint, Response, request

from echo import settings
from echo.actions import discarding, uploads
from echo.actions.uploads import Incoming
from echo.api.reading import file_draft, focus_of
from echo.errors import Invalid, NotFound
from echo.http.access import account_id, needs
from echo.http.families import count_for_account
from echo.http.forms import Form, read_form
from echo.http.reading import read_id, update_route
from echo.http.replies import empty, entity
from echo.kinds import MediaState
from echo.models import Media
from echo.render import media

blueprint = Blueprint("media", __name__)
# What a multipart body holds besides the files.
OVERHEAD_BYTES = 256 * 1024
# A video over a slow line takes its time.
BODY_SECONDS = 900
# How long version 1 waits for a worker before it answers with what is known.
WAIT_SECONDS, LOOK_SECONDS = 20.0, 0.25
FAILED = "Error processing thumbnail for uploaded media"


@blueprint.post("/api/v2/media")
@needs("write:media")
async def upload() -> Response:
    """Take a file in: 200 when it is ready, 202 while a worker makes it ready."""
    stored = await _take_in()
    return entity(media.one(stored), status=202 if stored.state == MediaState.WAITING else 200)


@blueprint.post("/api/v1/media")
@needs("write:media")
async def upload_v1() -> Response:
    """Take a file in and wait, but not for ever, until it is ready."""
    stored = await _take_in()
    left_seconds = WAIT_SECONDS
    while stored.state == MediaState.WAITING and left_seconds > 0:
        await asyncio.sleep(LOOK_SECONDS)
        left_seconds -= LOOK_SECONDS
        stored = await uploads.get_own(account_id(), stored.id)
    _check_not_failed(stored)
    return entity(media.one(stored))


@blueprint.get("/api/v1/media/<media_id>")
@needs("write:media")
async def show(media_id: str) -> Response:
    """A file of one's own that no post uses yet: 206 while it is made ready, 422 when it cannot be."""
    stored = await uploads.get_own(account_id(), read_id(media_id))
    if not uploads.is_free(stored):
        raise NotFound
    return _answer(stored)


@update_route(blueprint, "/api/v1/media/<media_id>")
@needs("write:media")
async def update(media_id: str) -> Response:
    """Describe a file, or give it another cover."""
    with await _form(settings.here().media.image_limit_bytes) as form:
        draft = file_draft(form.params, read_id(media_id))
        stored = await uploads.get_own(account_id(), draft.media_id)
        _check_not_failed(stored)
        stored = await uploads.describe(account_id(), replace(draft, thumbnail=_thumbnail(form)))
    return _answer(stored)


@blueprint.delete("/api/v1/media/<media_id>")
@needs("write:media")
async def delete(media_id: str) -> Response:
    """Throw away a file that no post uses."""
    await discarding.discard(account_id(), read_id(media_id))
    return empty()


async def _take_in() -> Media:
    await count_for_account("uploads")
    config = settings.here().media
    largest = max(config.image_limit_bytes, config.video_limit_bytes if uploads.binary() else 0)
    with await _form(largest + config.image_limit_bytes) as form:
        file = form.files.get("file")
        if file is None:
            raise Invalid("Validation failed: File can't be blank")
        incoming = Incoming(
            file=file.file,
            size_bytes=file.size_bytes,
            description=form.params.text("description"),
            focus=focus_of(form.params),
            thumbnail=_thumbnail(form),
        )
        return await uploads.upload(account_id(), incoming)


async def _form(most_bytes: int) -> Form:
    request.body_timeout = BODY_SECONDS
    return await read_form(request, max_bytes=most_bytes + OVERHEAD_BYTES)


def _thumbnail(form: Form) -> bytes | None:
    file = form.files.get("thumbnail")
    if file is None:
        return None
    if file.size_bytes > settings.here().media.image_limit_bytes:
        raise Invalid("Validation failed: Thumbnail file size is too large")
    return file.read()


def _answer(stored: Media) -> Response:
    _check_not_failed(stored)
    return entity(media.one(stored), status=206 if stored.state == MediaState.WAITING else 200)


def _check_not_failed(stored: Media) -> None:
    if stored.state == MediaState.FAILED:
        raise Invalid(FAILED)
