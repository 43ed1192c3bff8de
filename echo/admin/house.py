"""Settings and texts of the house, changed while the server runs."""

from __future__ import annotations

import msgspec
from quart import Blueprint, Response, request

from echo.actions import house as actions
from echo.config.choice import choices
from echo.errors import Invalid, NotFound
from echo.http.access import needs, staff
from echo.http.forms import read_bytes
from echo.http.reading import BODY_BYTES, params
from echo.http.replies import entity
from echo.policy.roles import Permission
from echo.render import house as render
from echo.store import chosen_settings, house_texts

blueprint = Blueprint("house_admin", __name__)
_SETTINGS = "/api/v1/echo/admin/settings"
_TEXTS = "/api/v1/echo/admin/texts"


@blueprint.get(_SETTINGS)
@needs("admin:read", may=Permission.MANAGE_SETTINGS)
async def show() -> Response:
    """What can be chosen while the server runs, as it is and as the configuration file says."""
    return await _settings()


@blueprint.patch(_SETTINGS)
@needs("admin:write", may=Permission.MANAGE_SETTINGS)
async def choose() -> Response:
    """Choose settings: a JSON object {name: value}; null lets the configuration file decide again."""
    try:
        wanted = msgspec.json.decode(await read_bytes(request, max_bytes=BODY_BYTES), type=dict[str, object])
    except msgspec.MsgspecError as error:
        raise Invalid("The body is no JSON object") from error
    await actions.choose(staff(), wanted)
    return await _settings()


@blueprint.get(_TEXTS)
@needs("admin:read", may=Permission.MANAGE_RULES)
async def texts() -> Response:
    """The texts of the house as they are written."""
    return entity([render.text(source) for source in house_texts.sources()])


@blueprint.put(f"{_TEXTS}/<name>")
@needs("admin:write", may=Permission.MANAGE_RULES)
async def write(name: str) -> Response:
    """Write one: `markdown`; an empty one takes it away."""
    if not house_texts.may_be(name):
        raise NotFound
    await actions.write_text(staff(), name, (await params()).text("markdown", ""))
    return entity(render.text(house_texts.source(name)))


async def _settings() -> Response:
    chosen = await chosen_settings.load()
    return entity([render.setting(choice, chosen) for choice in choices()])
