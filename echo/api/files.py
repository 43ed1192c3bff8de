"""Stored files. Behind a CDN or a proxy that serves the folder these routes are not asked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from quart import Blueprint, Response, request

from echo.http.access import stored
from echo.media import port
from echo.media.keys import content_type_of
from echo.media.port import Opened

blueprint = Blueprint("files", __name__)
FOREVER = "public, max-age=31536000, immutable"
# Smaller files are sent at once.
WHOLE_BYTES = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@blueprint.get("/media/<path:key>")
@stored
async def file(key: str) -> Response:
    """A file. Its type comes from its name, which we gave; nothing in it can run here."""
    return await send(key, content_type_of(key), cache_control=FOREVER)


async def send(key: str, content_type: str, *, cache_control: str) -> Response:
    """The file of this key, or the part of it that is asked for: players of video do.

    Raises:  NotFound
    """
    etag = f'"{key.replace("/", "")}"'
    headers = {
        "Content-Type": content_type,
        "Cache-Control": cache_control,
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'inline; filename="{key.rpartition("/")[2]}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if request.headers.get("If-None-Match") == etag:
        return Response(b"", status=304, headers=headers)
    opened = await port.store().open(key)
    part = _part(opened.size_bytes, etag)
    if part is None:
        headers["Content-Range"] = f"bytes */{opened.size_bytes}"
        return Response(b"", status=416, headers=headers)
    start, end = part
    is_part = (start, end) != (0, opened.size_bytes)
    if is_part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{opened.size_bytes}"
    response = Response(await _body(opened, start, end), status=206 if is_part else 200, headers=headers)
    response.headers["Content-Length"] = str(end - start)
    response.timeout = None  # large files to slow readers; the server ends those that stop reading
    return response


async def _body(opened: Opened, start: int, end: int) -> bytes | AsyncIterator[bytes]:
    if request.method == "HEAD":
        return b""
    parts = opened.part(start, end)
    return b"".join([piece async for piece in parts]) if end - start <= WHOLE_BYTES else parts


def _part(size_bytes: int, etag: str) -> tuple[int, int] | None:
    """Which bytes are asked for, end not included; None when there are none such.

    Several ranges, unknown units and a range of another version count as the whole, as they may.
    Source:  RFC 9110 14
    """
    whole = (0, size_bytes)
    match = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if match is None or request.headers.get("If-Range", etag) != etag or (not match[1] and not match[2]):
        return whole
    if not match[1]:
        wanted = min(int(match[2]), size_bytes)
        return (size_bytes - wanted, size_bytes) if wanted else None
    start = int(match[1])
    end = min(int(match[2]) + 1, size_bytes) if match[2] else size_bytes
    if match[2] and int(match[2]) < start:
        return whole
    return (start, end) if start < size_bytes else None
