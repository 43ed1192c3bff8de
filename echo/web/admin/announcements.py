"""What this server tells everybody on it."""

from __future__ import annotations

from datetime import UTC, datetime

from quart import Blueprint, Response

from echo.actions import announcements as actions
from echo.actions.announcements import TEXT_CHARACTERS, AnnouncementDraft
from echo.errors import Invalid, NotFound
from echo.http.params import Params
from echo.http.reading import read_id
from echo.models import Announcement
from echo.policy.roles import Permission
from echo.store import announcements
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, show_staff, staff_page

blueprint = Blueprint("announcement_pages", __name__)
PATH = "/admin/announcements"
NOTICES = {
    "told": "Everybody is told.",
    "drafted": "The draft is kept.",
    "changed": "It says something else now.",
    "withdrawn": "It is a draft again.",
    "removed": "It is gone.",
}


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_ANNOUNCEMENTS)
async def listing() -> Response:
    """All of them, drafts too, and a form for another."""
    return await _listing({})


@blueprint.post(PATH)
@staff_page(Permission.MANAGE_ANNOUNCEMENTS)
async def create() -> Response:
    """Write one; `do` says whether it is published at once."""
    given = await visitor.read_form()
    publish = given.text("do", "") == "publish"
    try:
        await actions.create(await by(), _draft(given), publish=publish)
    except Invalid as error:
        return await _listing(_kept(given), bad=error.public)
    return done_at(PATH, "told" if publish else "drafted")


@blueprint.get(f"{PATH}/<announcement_id>")
@staff_page(Permission.MANAGE_ANNOUNCEMENTS)
async def one(announcement_id: str) -> Response:
    """One of them, to change."""
    return await _one(await _known(announcement_id), {})


@blueprint.post(f"{PATH}/<announcement_id>")
@staff_page(Permission.MANAGE_ANNOUNCEMENTS)
async def change(announcement_id: str) -> Response:
    """Change, publish, take back or delete one."""
    given, known = await visitor.read_form(), await _known(announcement_id)
    match given.text("do", ""):
        case "publish":
            await actions.publish(await by(), known.id)
            return done_at(PATH, "told")
        case "withdraw":
            await actions.withdraw(await by(), known.id)
            return done_at(PATH, "withdrawn")
        case "remove":
            await actions.remove(await by(), known.id)
            return done_at(PATH, "removed")
    try:
        await actions.edit(await by(), known.id, _draft(given))
    except Invalid as error:
        return await _one(known, _kept(given), bad=error.public)
    return done_at(PATH, "changed")


async def _listing(kept: dict[str, str], *, bad: str = "") -> Response:
    return await show_staff(
        "announcements.html",
        title="Announcements",
        notices=NOTICES,
        bad=bad,
        announcements=await announcements.listing(),
        kept=kept,
        characters=TEXT_CHARACTERS,
    )


async def _one(known: Announcement, kept: dict[str, str], *, bad: str = "") -> Response:
    now = {
        "text": known.text,
        "starts_at": _typed(known.starts_at),
        "ends_at": _typed(known.ends_at),
        "publish_at": _typed(known.publish_at),
        "all_day": "true" if known.all_day else "",
    }
    return await show_staff(
        "announcement.html",
        title="An announcement",
        bad=bad,
        announcement=known,
        kept=kept or now,
        characters=TEXT_CHARACTERS,
    )


async def _known(announcement_id: str) -> Announcement:
    known = await Announcement.get_or_none(id=read_id(announcement_id))
    if known is None:
        raise NotFound
    return known


def _kept(given: Params) -> dict[str, str]:
    return {name: given.text(name, "") for name in ("text", "starts_at", "ends_at", "publish_at", "all_day")}


def _draft(given: Params) -> AnnouncementDraft:
    return AnnouncementDraft(
        text=given.text("text", ""),
        starts_at=_moment(given, "starts_at"),
        ends_at=_moment(given, "ends_at"),
        all_day=given.boolean("all_day", default=False),
        publish_at=_moment(given, "publish_at"),
    )


def _moment(given: Params, name: str) -> datetime | None:
    text = given.text(name, "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise Invalid(f"{text} is no date and time") from None


def _typed(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
