"""Answers in JSON, from bytes that are ready or from typed entities."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from quart import Response

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
