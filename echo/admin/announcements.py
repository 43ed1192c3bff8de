"""What this server tells everybody on it: written, published, taken back."""

from __future__ import annotations

from datetime import UTC, datetime

from quart import Blueprint, Response

from echo.actions import announcements as actions
from echo.actions.announcements import AnnouncementDraft
from echo.errors import Invalid, NotFound
from echo.http.access import needs, staff
from echo.http.params import Params
from echo.http.reading import params, read_id
from echo.http.replies import entity
from echo.models import Announcement
from echo.policy.roles import Permission
from echo.render import house as render
from echo.store import announcements

blueprint = Blueprint("announcements_admin", __name__)
_BASE = "/api/v1/echo/admin/announcements"
_MAY = Permission.MANAGE_ANNOUNCEMENTS


@blueprint.get(_BASE)
@needs("admin:read", may=_MAY)
async def listing() -> Response:
    """All of them, drafts too, newest first."""
    return entity([render.announcement(row) for row in await announcements.listing()])


@blueprint.post(_BASE)
@needs("admin:write", may=_MAY)
async def create() -> Response:
    """Write one; `publish` tells everybody at once."""
    given = await params()
    publish = given.boolean("publish", default=False)
    made = await actions.create(staff(), _draft(given, None), publish=publish)
    return await _shown(made)


@blueprint.patch(f"{_BASE}/<announcement_id>")
@needs("admin:write", may=_MAY)
async def change(announcement_id: str) -> Response:
    """Say something else; what is not sent stays."""
    known = await _known(announcement_id)
    await actions.edit(staff(), known.id, _draft(await params(), known))
    return await _shown(known.id)


@blueprint.post(f"{_BASE}/<announcement_id>/publish")
@needs("admin:write", may=_MAY)
async def publish(announcement_id: str) -> Response:
    """Tell everybody."""
    known = await _known(announcement_id)
    await actions.publish(staff(), known.id)
    return await _shown(known.id)


@blueprint.post(f"{_BASE}/<announcement_id>/unpublish")
@needs("admin:write", may=_MAY)
async def withdraw(announcement_id: str) -> Response:
    """Make a draft of it again."""
    known = await _known(announcement_id)
    await actions.withdraw(staff(), known.id)
    return await _shown(known.id)


@blueprint.delete(f"{_BASE}/<announcement_id>")
@needs("admin:write", may=_MAY)
async def remove(announcement_id: str) -> Response:
    """Delete one with all that is under it."""
    await actions.remove(staff(), (await _known(announcement_id)).id)
    return entity({})


async def _known(announcement_id: str) -> Announcement:
    known = await Announcement.get_or_none(id=read_id(announcement_id))
    if known is None:
        raise NotFound
    return known


async def _shown(announcement_id: int) -> Response:
    return entity(render.announcement(await Announcement.get(id=announcement_id)))


def _draft(given: Params, known: Announcement | None) -> AnnouncementDraft:
    return AnnouncementDraft(
        text=given.text("text", "" if known is None else known.text),
        starts_at=_moment(given, "starts_at", None if known is None else known.starts_at),
        ends_at=_moment(given, "ends_at", None if known is None else known.ends_at),
        all_day=given.boolean("all_day", default=known is not None and known.all_day),
        publish_at=_moment(given, "publish_at", None if known is None else known.publish_at),
    )


def _moment(given: Params, name: str, known: datetime | None) -> datetime | None:
    """A moment that was sent; an empty one takes away what there was."""
    if not given.has(name):
        return known
    text = given.text(name, "").strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(f"Validation failed: {name} is no date") from None
