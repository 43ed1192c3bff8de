"""Answers in JSON, from bytes that are ready or from typed entities."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from quart import Response

from echo.media import port

JSON = "application/json; charset=utf-8"
EMPTY = b"{}"
_encoder = msgspec.json.Encoder()


def raw(body: bytes, *, status: int = 200) -> Response:
    """JSON that is encoded already."""
    return Response(body, status=status, content_type=JSON)


def entity(value: object, *, status: int = 200) -> Response:
    """One entity (a msgspec struct, or plain data)."""
    return Response(_encoder.encode(value), status=status, content_type=JSON)


def array(parts: Sequence[bytes], *, link: str | None = None, status: int = 200) -> Response:
    """A list of entities that are encoded already, with its Link header."""
    response = Response(b"[" + b",".join(parts) + b"]", status=status, content_type=JSON)
    if link:
        response.headers["Link"] = link
    return response


def empty() -> Response:
    """`{}`."""
    return Response(EMPTY, content_type=JSON)


async def stored_zip(key: str, name: str) -> Response:
    """A file of the media store, to be saved under this name. Raises NotFound."""
    opened = await port.store().open(key)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.zip"',
        "Content-Length": str(opened.size_bytes),
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    response = Response(opened.part(0, opened.size_bytes), content_type="application/zip", headers=headers)
    response.timeout = None  # large files to slow readers; the server ends those that stop reading
    return response


def csv_file(table: str, name: str) -> Response:
    """A table, to be saved under this name."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.csv"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(table, content_type="text/csv; charset=utf-8", headers=headers)
