"""Posts in other languages."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.http.access import needs, public, viewer
from echo.http.reading import params, read_id
from echo.http.replies import entity, raw
from echo.render import translation
from echo.text import languages

blueprint = Blueprint("translations", __name__)


@blueprint.post("/api/v1/statuses/<status_id>/translate")
@needs("read:statuses")
async def translate(status_id: str) -> Response:
    """A post in the language of the caller."""
    wanted = languages.normalise((await params()).text("lang")) or _spoken()
    return raw(await translation.one(viewer(), read_id(status_id), wanted))


@blueprint.get("/api/v1/instance/translation_languages")
@public
async def translation_languages() -> Response:
    """From which language into which others posts can be translated."""
    return entity(await translation.languages())


def _spoken() -> str:
    """The first language of the caller that is known."""
    spoken = (languages.normalise(code) for code in request.accept_languages.values())
    return next((code for code in spoken if code is not None), "en")
