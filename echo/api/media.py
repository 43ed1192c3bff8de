"""Uploads."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo import settings
from echo.actions import uploads
from echo.api.reading import file_draft, focus_of, params, read_id, update_route
from echo.errors import Invalid, NotFound
from echo.http.access import account_id, needs
from echo.http.families import count_for_account
from echo.http.forms import read_form
from echo.http.replies import empty, entity
from echo.render import media

blueprint = Blueprint("media", __name__)
# What a multipart body holds besides the file.
OVERHEAD_BYTES = 256 * 1024


@blueprint.post("/api/v2/media")
@blueprint.post("/api/v1/media", endpoint="upload_v1")
@needs("write:media")
async def upload() -> Response:
    """Take a file in. Images are ready at once."""
    await count_for_account("uploads")
    most_bytes = settings.here().media.image_limit_bytes + OVERHEAD_BYTES
    with await read_form(request, max_bytes=most_bytes) as form:
        file = form.files.get("file")
        if file is None:
            raise Invalid("Validation failed: File can't be blank")
        content = file.read()
        stored = await uploads.upload(
            account_id(),
            content,
            description=form.params.text("description"),
            focus=focus_of(form.params),
        )
    return entity(media.one(stored))


@blueprint.get("/api/v1/media/<media_id>")
@needs("write:media")
async def show(media_id: str) -> Response:
    """A file of one's own that no post uses yet."""
    stored = await uploads.get_own(account_id(), read_id(media_id))
    if not uploads.is_free(stored):
        raise NotFound
    return entity(media.one(stored))


@update_route(blueprint, "/api/v1/media/<media_id>")
@needs("write:media")
async def update(media_id: str) -> Response:
    """Describe a file."""
    draft = file_draft(await params(), read_id(media_id))
    return entity(media.one(await uploads.describe(account_id(), draft)))


@blueprint.delete("/api/v1/media/<media_id>")
@needs("write:media")
async def delete(media_id: str) -> Response:
    """Throw away a file that no post uses."""
    await uploads.discard(account_id(), read_id(media_id))
    return empty()
