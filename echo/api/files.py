"""Stored files. Behind a CDN or a proxy that serves the folder these routes are not asked."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.http.access import stored
from echo.media import port
from echo.media.storage import content_type_of

blueprint = Blueprint("files", __name__)


@blueprint.get("/media/<path:key>")
@stored
async def file(key: str) -> Response:
    """A file. Its type comes from its name, which we gave; nothing in it can run here."""
    content_type = content_type_of(key)
    response = Response(await port.store().read(key), content_type=content_type)
    response.timeout = None  # large files to slow readers; the server ends those that stop reading
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
