"""The custom emoji of this server."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import emojis as actions
from echo.actions.emojis import IMAGE_BYTES, EmojiDraft
from echo.addresses import here
from echo.errors import Invalid, NotFound
from echo.policy.roles import Permission
from echo.store import emojis
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, show_staff, staff_page

blueprint = Blueprint("emoji_pages", __name__)
PATH = "/admin/emojis"
NOTICES = {"added": "The emoji is there.", "changed": "Saved.", "removed": "The emoji is gone."}
FORM_BYTES = IMAGE_BYTES + 64 * 1024


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_CUSTOM_EMOJIS)
async def listing() -> Response:
    """All of them by category, and a form for another."""
    return await _listing()


@blueprint.post(PATH)
@staff_page(Permission.MANAGE_CUSTOM_EMOJIS)
async def add() -> Response:
    """Take a picture in."""
    with await visitor.read_form_with_files(FORM_BYTES) as form:
        image = form.files.get("image")
        draft = EmojiDraft(
            shortcode=form.params.text("shortcode", "").strip().strip(":"),
            content=b"" if image is None else image.read(),
            category=form.params.text("category", "").strip(),
        )
    try:
        if not draft.content:
            raise Invalid("Choose a picture.")
        if not await actions.add(await by(), draft, replace=form.params.boolean("replace", default=False)):
            raise Invalid(f":{draft.shortcode}: is there already.")
    except Invalid as error:
        return await _listing(bad=error.public, draft=draft)
    return done_at(PATH, "added")


@blueprint.post(f"{PATH}/<shortcode>")
@staff_page(Permission.MANAGE_CUSTOM_EMOJIS)
async def change(shortcode: str) -> Response:
    """Show, hide, feature or remove one."""
    given = await visitor.read_form()
    known = {row["shortcode"]: row for row in await emojis.listing(only_visible=False)}.get(shortcode)
    if known is None:
        raise NotFound
    match given.text("do", ""):
        case "remove":
            await actions.remove(await by(), shortcode)
            return done_at(PATH, "removed")
        case "show" | "hide" as wish:
            await actions.change(await by(), shortcode, visible=wish == "show")
        case "feature":
            await actions.change(await by(), shortcode, featured=not known["featured"])
        case _:
            raise NotFound
    return done_at(PATH, "changed")


async def _listing(*, bad: str = "", draft: EmojiDraft | None = None) -> Response:
    categories: dict[str, list[tuple[str, str, bool, bool]]] = {}
    for row in await emojis.listing(only_visible=False):
        picture = here().file(row["static_key"])
        entry = (row["shortcode"], picture, row["visible"], row["featured"])
        categories.setdefault(row["category"], []).append(entry)
    return await show_staff(
        "emojis.html",
        title="Emoji",
        notices=NOTICES,
        bad=bad,
        categories=categories,
        draft=draft or EmojiDraft(shortcode="", content=b""),
    )
