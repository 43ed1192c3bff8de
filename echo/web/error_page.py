"""What a browser shows when something went wrong."""

from __future__ import annotations

from html import escape

from quart import Response

from echo.errors import EchoError


async def error_page(error: EchoError) -> Response:
    """The error as a page."""
    text = escape(error.public)
    body = f"<!doctype html><html lang=en><meta charset=utf-8><title>{text}</title><h1>{text}</h1></html>"
    return Response(body, status=error.status, content_type="text/html; charset=utf-8")
