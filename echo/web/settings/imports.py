"""Bringing things along from another server: a form, and how far each file has got."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo import settings
from echo.actions import imports, past_posts
from echo.errors import Forbidden, Invalid, NotFound
from echo.http.access import page
from echo.http.families import count_for_address
from echo.http.replies import csv_file
from echo.ids import parse_id
from echo.kinds import Visibility
from echo.kinds_of_moving import TABLES, ImportKind
from echo.store import imports as store
from echo.web import visitor
from echo.web.settings.exports import TITLES
from echo.web.settings.frame import done, files, given, me, member, show_page
from echo.web.settings.navigation import ACTIVE

blueprint = Blueprint("settings_imports", __name__)
PATH = "/settings/imports"
# What a multipart body holds besides the file.
OVERHEAD_BYTES = 64 * 1024
SHOWN_FAILURES = 100
# A large archive over a slow line takes its time.
BODY_SECONDS = 1800
MOST = {
    "unlisted": Visibility.UNLISTED,
    "followers": Visibility.FOLLOWERS,
    "direct": Visibility.DIRECT,
}
STATES = {
    "waiting": "Begins in a moment",
    "working": "Under way",
    "done": "Done",
    "refused": "Refused",
}


@blueprint.get(PATH)
@page
@member()
async def index() -> Response:
    """The form, and what was brought in before."""
    return await _index()


@blueprint.post(PATH)
@page
@member(most_bytes=lambda: imports.MOST_BYTES + OVERHEAD_BYTES)
async def begin() -> Response:
    """Bring a table in."""
    await count_for_address("login")
    upload, kind = files().get("file"), given().text("kind", "")
    try:
        if upload is None or not upload.size_bytes:
            raise Invalid("Choose a file first.")
        await imports.begin(
            me().user_id,
            upload.read(),
            kind=ImportKind(kind) if kind in TABLES else None,
            overwrite=given().text("mode", "") == "overwrite",
            file_name=upload.filename,
        )
    except Invalid as error:
        return await _index(problem=error.public, status=422)
    return done(PATH, "import")


@blueprint.post(f"{PATH}/posts")
@page
async def bring_posts() -> Response:
    """Bring posts along from an archive, which may be large."""
    most_bytes = settings.here().limits.archive_bytes
    request.body_timeout = BODY_SECONDS
    with await visitor.read_form_with_files(most_bytes + OVERHEAD_BYTES) as form:
        person = await visitor.login()
        if person is None:
            return visitor.to_login(PATH)
        if person.standing not in ACTIVE or not most_bytes:
            raise Forbidden
        await count_for_address("login")
        upload, visibility = form.files.get("file"), form.params.text("visibility", "")
        try:
            if upload is None or not upload.size_bytes:
                raise Invalid("Choose a file first.")
            await past_posts.begin(person.user_id, upload.file, MOST.get(visibility))
        except Invalid as error:
            return await _index(problem=error.public, status=422)
    return done(PATH, "import")


@blueprint.get(f"{PATH}/<import_id>")
@page
@member()
async def show(import_id: str) -> Response:
    """How far one has got, and what could not be done."""
    found = await imports.get(me().user_id, _number(import_id))
    rows = await store.failures(me().user_id, found["id"], SHOWN_FAILURES)
    failures = [(row["line"], imports.about(row), row["reason"]) for row in rows]
    return await show_page(
        "settings/import.html", _title(found["kind"]), one=found, states=STATES, failures=failures
    )


@blueprint.get(f"{PATH}/<import_id>/failures.csv")
@page
@member()
async def failures(import_id: str) -> Response:
    """What could not be done, as a table that can be brought in again."""
    number = _number(import_id)
    return csv_file(await imports.failures_as_table(me().user_id, number), f"failures-{number}")


@blueprint.post(f"{PATH}/<import_id>/forget")
@page
@member()
async def forget(import_id: str) -> Response:
    """Stop one."""
    await imports.forget(me().user_id, _number(import_id))
    return done(PATH, "no-import")


async def _index(*, problem: str = "", status: int = 200) -> Response:
    rows = await store.of_person(me().user_id)
    return await show_page(
        "settings/imports.html",
        "Bring your things along",
        status=status,
        problem=problem,
        kinds=[(kind.value, TITLES[kind]) for kind in TITLES],
        known=[(row, _title(row["kind"])) for row in rows],
        states=STATES,
        takes_archives=settings.here().limits.archive_bytes > 0,
    )


def _title(kind: str) -> str:
    return TITLES.get(ImportKind(kind), "Posts")


def _number(text: str) -> int:
    number = parse_id(text)
    if number is None:
        raise NotFound
    return number
