"""Answers to other servers: documents with the headers that keep caches right."""

from __future__ import annotations

from quart import Response, redirect, request
from werkzeug.wrappers import Response as PlainResponse

from activitypub import document as documents
from activitypub import iri
from activitypub.document import JsonObject
from activitypub.vocabulary import ACTIVITY_JSON
from echo import ids
from echo.errors import NotFound
from echo.http import media_types

DOCUMENT_TYPE = f"{ACTIVITY_JSON}; charset=utf-8"
# Mastodon's figures: documents 3 minutes, WebFinger 3 days, its refusals 3 minutes.
DOCUMENT_SECONDS = 180
WEBFINGER_SECONDS = 259_200
REFUSAL_SECONDS = 180

Answer = Response | PlainResponse


def activity_json(value: JsonObject, *, seconds: int = DOCUMENT_SECONDS, status: int = 200) -> Response:
    """A document that everybody may read."""
    response = Response(documents.encode(value), status=status, content_type=DOCUMENT_TYPE)
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = f"public, max-age={seconds}" if seconds else "max-age=0"
    return response


def page_instead(address: str) -> Answer | None:
    """The way to the page for people, when that is what was asked for."""
    if not media_types.prefers_page(request.headers.getlist("Accept")) or not iri.find(
        address, allow_http=True
    ):
        return None
    response = redirect(address)
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = f"public, max-age={DOCUMENT_SECONDS}"
    return response


def json_as(value: JsonObject, content_type: str, *, seconds: int) -> Response:
    """A document of discovery, of its own type."""
    response = Response(documents.encode(value), content_type=content_type)
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response


def number(text: str) -> int:
    """The id in an address. Raises NotFound for anything that cannot be one."""
    found = ids.parse_id(text)
    if found is None:
        raise NotFound
    return found


def page_mark(name: str) -> int | None:
    """The id in a parameter, or None."""
    return ids.parse_id(request.args.get(name))


def wants_page() -> bool:
    """Whether a page of a collection was asked for."""
    return request.args.get("page", "").lower() in ("true", "1")
