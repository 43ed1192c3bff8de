"""The custom emojis of this server: taken in, changed, taken away."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import emojis as actions
from echo.actions.emojis import IMAGE_BYTES, EmojiDraft
from echo.errors import Invalid, NotFound
from echo.http.access import needs, staff
from echo.http.forms import read_form
from echo.http.reading import params
from echo.http.replies import entity
from echo.models import CustomEmoji
from echo.policy.roles import Permission
from echo.render import house as render
from echo.store import emojis
from echo.text.emojis import is_shortcode

blueprint = Blueprint("emojis_admin", __name__)
_BASE = "/api/v1/echo/admin/custom_emojis"
_MAY = Permission.MANAGE_CUSTOM_EMOJIS
# A picture and a few words.
FORM_BYTES = IMAGE_BYTES + 64 * 1024


@blueprint.get(_BASE)
@needs("admin:read", may=_MAY)
async def listing() -> Response:
    """All of them, hidden ones too, by category and shortcode."""
    return entity([render.emoji(row) for row in await emojis.listing(only_visible=False)])


@blueprint.post(_BASE)
@needs("admin:write", may=_MAY)
async def create() -> Response:
    """Take one in: `shortcode`, `image` (PNG, GIF or WebP of at most 256 kB), `category`, `replace`."""
    with await read_form(request, max_bytes=FORM_BYTES) as form:
        image = form.files.get("image")
        if image is None:
            raise Invalid("`image` parameter is missing")
        draft = EmojiDraft(
            shortcode=form.params.require_text("shortcode").strip(":"),
            content=image.read(),
            category=form.params.text("category", ""),
        )
    if not await actions.add(staff(), draft, replace=form.params.boolean("replace", default=False)):
        raise Invalid("Validation failed: Shortcode has already been taken")
    return await _shown(draft.shortcode)


@blueprint.patch(f"{_BASE}/<shortcode>")
@needs("admin:write", may=_MAY)
async def change(shortcode: str) -> Response:
    """Show it to choose from or not, first in its category or not, in another category."""
    known = await _known(shortcode)
    given = await params()
    await actions.change(
        staff(),
        known.shortcode,
        visible=given.boolean("visible_in_picker"),
        featured=given.boolean("featured"),
        category=given.text("category"),
    )
    return await _shown(known.shortcode)


@blueprint.delete(f"{_BASE}/<shortcode>")
@needs("admin:write", may=_MAY)
async def remove(shortcode: str) -> Response:
    """Take one away, from old posts too."""
    await actions.remove(staff(), (await _known(shortcode)).shortcode)
    return entity({})


async def _known(shortcode: str) -> CustomEmoji:
    known = await CustomEmoji.get_or_none(shortcode=shortcode) if is_shortcode(shortcode) else None
    if known is None:
        raise NotFound
    return known


async def _shown(shortcode: str) -> Response:
    rows = await emojis.listing(only_visible=False)
    return entity(render.emoji(next(row for row in rows if row["shortcode"] == shortcode)))
