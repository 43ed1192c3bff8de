"""Files of other servers, shown from here: `Addresses.remote_file` names them."""

from __future__ import annotations

import re

from quart import Blueprint, Response

from echo.actions import copies
from echo.api.files import send
from echo.errors import NotFound
from echo.http.access import stored

blueprint = Blueprint("remote_files", __name__)
# What is under an address may change there without being told here.
A_WEEK = "public, max-age=604800"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@blueprint.get("/media/remote/<name>")
@stored
async def remote_file(name: str) -> Response:
    """A file of another server that a post or an account here names; anything else is unknown."""
    digest = name.partition(".")[0]
    if not _DIGEST.fullmatch(digest):
        raise NotFound
    copy = await copies.find(digest)
    if not copy.url:
        try:
            return await send(copy.file_key, copy.content_type, cache_control=A_WEEK)
        except NotFound:
            await copies.forget_missing(digest, copy)
            copy = await copies.find(digest)
    if copy.url:
        headers = {"Location": copy.url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return Response(b"", status=302, headers=headers)
    return await send(copy.file_key, copy.content_type, cache_control=A_WEEK)
