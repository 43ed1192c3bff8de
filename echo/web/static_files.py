"""Style sheet, pictures and icons: a handful of small files, held in memory."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from quart import Blueprint, Response, request

from echo.errors import NotFound
from echo.http.access import stored

blueprint = Blueprint("static_files", __name__)
# With its version in the address a file never changes; without, it may after a day.
FOREVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
# Browsers and phones ask for these without being told to.
ALIASES = {"favicon.ico": "icon-48.png", "apple-touch-icon.png": "icon-180.png"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    body: bytes
    content_type: str
    version: str


@cache
def every_file() -> dict[str, StaticFile]:
    """The files by name."""
    found = {}
    for item in files("echo.web").joinpath("static").iterdir():
        body = item.read_bytes()
        kind = mimetypes.guess_type(item.name)[0] or "application/octet-stream"
        if kind.startswith("text/"):
            kind += "; charset=utf-8"
        found[item.name] = StaticFile(body, kind, hashlib.sha256(body).hexdigest()[:12])
    return found


def address(name: str) -> str:
    """The path of a file, with its version."""
    return f"/static/{name}?v={every_file()[name].version}"


@blueprint.get("/static/<name>")
@stored
async def static_file(name: str) -> Response:
    """One file."""
    return _answer(name, FOREVER if "v" in request.args else A_DAY)


@blueprint.get("/favicon.ico", endpoint="favicon")
@blueprint.get("/apple-touch-icon.png", endpoint="touch_icon")
@stored
async def icon() -> Response:
    """An icon at the place where it is looked for."""
    return _answer(ALIASES[request.path.strip("/")], A_DAY)


def _answer(name: str, cache_control: str) -> Response:
    found = every_file().get(name)
    if found is None:
        raise NotFound("Not Found")
    etag = f'"{found.version}"'
    headers = {
        "Cache-Control": cache_control,
        "ETag": etag,
        "Content-Type": found.content_type,
        # A picture of ours opened by itself runs nothing. Pages of others may show it.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",
    }
    if request.headers.get("If-None-Match") == etag:
        return Response(b"", status=304, headers=headers)
    return Response(found.body, headers=headers)
