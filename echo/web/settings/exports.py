"""What somebody can take along: tables in the form that Mastodon reads."""

from __future__ import annotations

from datetime import datetime

from quart import Blueprint, Response

from echo.actions import archives, exports
from echo.errors import Invalid, NotFound
from echo.http.access import page
from echo.http.replies import csv_file, stored_zip
from echo.kinds_of_moving import ImportKind
from echo.render import moving
from echo.store import archives as archive_store
from echo.store import exports as store
from echo.web.settings.frame import done, me, member, show_page
from echo.web.settings.navigation import USABLE

blueprint = Blueprint("settings_exports", __name__)
PATH = "/settings/exports"
TITLES = {
    ImportKind.FOLLOWS: "People you follow",
    ImportKind.LISTS: "Lists",
    ImportKind.MUTES: "People you mute",
    ImportKind.BLOCKS: "People you block",
    ImportKind.DOMAINS: "Servers you block",
    ImportKind.BOOKMARKS: "Bookmarks",
}
STATES = {
    "waiting": "Being made; a letter comes when it is ready",
    "ready": "Ready",
    "failed": "Could not be made; ask again",
    "gone": "Its time is over",
}
_KINDS = {name: kind for kind, name in exports.FILE_NAMES.items()}


@blueprint.get(PATH)
@page
@member(USABLE)
async def index() -> Response:
    """What there is."""
    return await _index()


async def _index(*, problem: str = "", status: int = 200) -> Response:
    counts = await store.counts(me().user_id)
    tables = [(TITLES[kind], exports.FILE_NAMES[kind], counts[kind]) for kind in TITLES]
    made = [moving.archive(row) for row in await archive_store.of_person(me().user_id)]
    secrets = {str(row["id"]): row["secret"] for row in await archive_store.of_person(me().user_id)}
    return await show_page(
        "settings/exports.html",
        "Take your things along",
        status=status,
        problem=problem,
        tables=tables,
        archives=[(one, _moment(one.created_at), _moment(one.expires_at), secrets[one.id]) for one in made],
        states=STATES,
    )


@blueprint.post(f"{PATH}/archives")
@page
@member(USABLE)
async def ask() -> Response:
    """Have an archive made."""
    try:
        await archives.ask(me().user_id)
    except Invalid as error:
        return await _index(problem=error.public, status=422)
    return done(PATH, "archive")


@blueprint.get(f"{PATH}/archives/<secret>")
@page
@member(USABLE)
async def fetch(secret: str) -> Response:
    """An archive of one's own; its address is of no use to anybody else, and ends."""
    found = await archives.get_by_secret(me().user_id, secret)
    return await stored_zip(found["file_key"], f"archive-{found['id']}")


@blueprint.get(f"{PATH}/<name>.csv")
@page
@member(USABLE)
async def table(name: str) -> Response:
    """One table."""
    kind = _KINDS.get(name)
    if kind is None:
        raise NotFound
    return csv_file(await exports.table(kind, me().user_id), name)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
