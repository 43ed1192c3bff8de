"""How somebody presents themselves: name, words, pictures, rows, the tabs of their page."""

from __future__ import annotations

from dataclasses import replace

from quart import Blueprint, Response

from echo import settings
from echo.actions import accounts as account_actions
from echo.actions import uploads
from echo.actions.drafts import ProfileDraft
from echo.errors import Invalid
from echo.http.access import page
from echo.http.params import Params
from echo.kinds import AccountKind
from echo.render import cards
from echo.render.own_account import typed_fields
from echo.store import accounts
from echo.web import visitor
from echo.web.settings.frame import done, files, given, me, member, show_page
from echo.web.settings.navigation import ACTIVE

blueprint = Blueprint("settings_profile", __name__)
PATH = "/settings/profile"
PICTURES = {"avatar": uploads.AVATAR_PIXELS, "header": uploads.HEADER_PIXELS}


def _most_bytes() -> int:
    """Two pictures and the texts."""
    return 2 * settings.here().media.image_limit_bytes + visitor.FORM_BYTES


@blueprint.get(PATH)
@page
@member()
async def show_profile() -> Response:
    """The form."""
    return await _page()


@blueprint.post(PATH)
@page
@member(ACTIVE, most_bytes=_most_bytes)
async def change() -> Response:
    """Keep what was typed; a picture is kept where none was chosen."""
    try:
        draft = await _with_pictures(_draft(given()))
        await account_actions.change_profile(me().user_id, draft)
    except Invalid as error:
        return await _page(problem=error.public, status=422)
    return done(PATH, "kept")


def _draft(form: Params) -> ProfileDraft:
    rows = [(row.text("name", ""), row.text("value", "")) for row in form.objects("fields")]
    return ProfileDraft(
        display_name=form.text("display_name", ""),
        note=form.text("note", ""),
        fields=tuple((name, value) for name, value in rows if name or value),
        bot=form.boolean("bot", default=False),
        show_media=form.boolean("show_media", default=False),
        show_media_replies=form.boolean("show_media_replies", default=False),
        show_featured=form.boolean("show_featured", default=False),
        attribution_domains=tuple(form.text("attribution_domains", "").split()),
        avatar_description=form.text("avatar_description", ""),
        header_description=form.text("header_description", ""),
    )


async def _with_pictures(draft: ProfileDraft) -> ProfileDraft:
    keys: dict[str, str] = {}
    for name, pixels in PICTURES.items():
        picture = files().get(name)
        if picture is not None and picture.size_bytes:
            keys[name] = await uploads.store_portrait(picture.read(), pixels)
        elif given().boolean(f"no_{name}", default=False):
            keys[name] = ""
    return replace(draft, avatar_key=keys.get("avatar"), header_key=keys.get("header"))


async def _page(*, problem: str = "", status: int = 200) -> Response:
    account = await accounts.get(me().user_id)
    rows = [(row.name, row.value) for row in typed_fields(account)]
    most = settings.here().limits.profile_fields
    return await show_page(
        "settings/profile.html",
        "Profile",
        problem=problem,
        status=status,
        account=account,
        author=await cards.author(account.id),
        is_bot=account.kind == AccountKind.SERVICE,
        rows=rows + [("", "")] * max(0, most - len(rows)),
        limits=settings.here().limits,
    )
