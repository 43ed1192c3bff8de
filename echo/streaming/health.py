"""Whether the streaming process serves."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.http.access import public

blueprint = Blueprint("streaming_health", __name__)


@blueprint.get("/api/v1/streaming/health")
@public
async def health() -> Response:
    """`OK` for whoever watches over this process."""
    return Response(b"OK", content_type="text/plain; charset=utf-8")
