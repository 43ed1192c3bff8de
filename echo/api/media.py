"""Uploads."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo import settings
from echo.actions import uploads
from echo.api.reading import params, read_id, update_route
from echo.errors import Invalid, NotFound
from echo.http.access import account_id, needs
from echo.http.families import count_for_account
from echo.http.forms import read_form
from echo.http.params import Params
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
            focus=_focus(form.params),
        )
    return entity(media.one(stored))


@blueprint.get("/api/v1/media/<media_id>")
@needs("write:media")
async def show(media_id: str) -> Response:
    """A file of one's own that no post uses yet."""
    stored = await uploads.get_own(account_id(), read_id(media_id))
    if stored.post_id is not None:
        raise NotFound
    return entity(media.one(stored))


@update_route(blueprint, "/api/v1/media/<media_id>")
@needs("write:media")
async def update(media_id: str) -> Response:
    """Describe a file."""
    given = await params()
    stored = await uploads.describe(
        account_id(), read_id(media_id), description=given.text("description"), focus=_focus(given)
    )
    return entity(media.one(stored))


@blueprint.delete("/api/v1/media/<media_id>")
@needs("write:media")
async def delete(media_id: str) -> Response:
    """Throw away a file that no post uses."""
    await uploads.discard(account_id(), read_id(media_id))
    return empty()


def _focus(given: Params) -> tuple[float, float] | None:
    """`x,y`, each from -1 to 1; anything else counts as not sent."""
    parts = given.text("focus", "").split(",")
    try:
        x, y = (float(part) for part in parts)
    except ValueError:
        return None
    return (x, y) if -1 <= x <= 1 and -1 <= y <= 1 else None
