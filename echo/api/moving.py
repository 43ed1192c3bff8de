"""Bringing things along from other servers, and taking them away. Mastodon has pages only for it."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo import settings
from echo.actions import archives, exports, imports, past_posts
from echo.errors import Invalid, NotFound
from echo.http.access import account_id, needs
from echo.http.families import count_for_account
from echo.http.forms import read_form
from echo.http.reading import read_id
from echo.http.replies import csv_file, empty, entity, stored_zip
from echo.kinds import Visibility
from echo.kinds_of_moving import TABLES, ImportKind
from echo.render import moving
from echo.store import archives as archive_store
from echo.store import exports as export_store
from echo.store import imports as import_store

blueprint = Blueprint("moving_api", __name__)
# What a multipart body holds besides the file.
OVERHEAD_BYTES = 64 * 1024
MOST_FAILURES = 1000
# A large archive over a slow line takes its time.
BODY_SECONDS = 1800
VISIBILITIES = {
    "": None,
    "public": None,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.DIRECT,
}


@blueprint.get("/api/v1/echo/imports")
@needs("read")
async def list_imports() -> Response:
    """What one has brought in lately, the newest first."""
    return entity([moving.imported(row) for row in await import_store.of_person(account_id())])


@blueprint.post("/api/v1/echo/imports")
@needs("write")
async def begin_import() -> Response:
    """Bring a table in: `file`, and if it is known what is in it `kind`; `mode` is merge or overwrite."""
    await count_for_account("uploads")
    with await read_form(request, max_bytes=imports.MOST_BYTES + OVERHEAD_BYTES) as form:
        upload = form.files.get("file")
        if upload is None:
            raise Invalid("Validation failed: File can't be blank")
        made = await imports.begin(
            account_id(),
            upload.read(),
            kind=kind_of(form.params.text("kind", "")),
            overwrite=overwrites(form.params.text("mode", "")),
            file_name=upload.filename,
        )
    return entity(moving.imported(made))


@blueprint.post("/api/v1/echo/imports/posts")
@needs("write")
async def begin_past() -> Response:
    """Bring posts along from an archive of Mastodon: `file`; `visibility`: what they are shown as at most."""
    most_bytes = settings.here().limits.archive_bytes
    if not most_bytes:
        raise Invalid("Archives cannot be brought to this server")
    await count_for_account("uploads")
    request.body_timeout = BODY_SECONDS
    with await read_form(request, max_bytes=most_bytes + OVERHEAD_BYTES) as form:
        upload = form.files.get("file")
        if upload is None:
            raise Invalid("Validation failed: File can't be blank")
        visibility = visibility_of(form.params.text("visibility", ""))
        made = await past_posts.begin(account_id(), upload.file, visibility)
    return entity(moving.imported(made))


@blueprint.get("/api/v1/echo/imports/<import_id>")
@needs("read")
async def show_import(import_id: str) -> Response:
    """How far an import of one's own has got."""
    return entity(moving.imported(await imports.get(account_id(), read_id(import_id))))


@blueprint.delete("/api/v1/echo/imports/<import_id>")
@needs("write")
async def forget_import(import_id: str) -> Response:
    """Stop an import and forget it; what is done stays done."""
    await imports.forget(account_id(), read_id(import_id))
    return empty()


@blueprint.get("/api/v1/echo/imports/<import_id>/failures")
@needs("read")
async def failures(import_id: str) -> Response:
    """What could not be done, and why."""
    found = await imports.get(account_id(), read_id(import_id))
    rows = await import_store.failures(account_id(), found["id"], MOST_FAILURES)
    return entity([moving.failure(row) for row in rows])


@blueprint.get("/api/v1/echo/exports")
@needs("read")
async def list_exports() -> Response:
    """What one can take along, and how much it is."""
    counts = await export_store.counts(account_id())
    return entity([moving.export(kind, counts[kind]) for kind in TABLES])


@blueprint.get("/api/v1/echo/exports/<kind>")
@needs("read")
async def export(kind: str) -> Response:
    """A table as Mastodon writes it: CSV."""
    if kind not in TABLES:
        raise NotFound
    wanted = ImportKind(kind)
    return csv_file(await exports.table(wanted, account_id()), exports.FILE_NAMES[wanted])


def kind_of(text: str) -> ImportKind | None:
    """The kind that somebody says a table is; None when they leave it to us. Raises Invalid."""
    if not text:
        return None
    if text not in TABLES:
        raise Invalid(f"Validation failed: Kind is not one of {', '.join(TABLES)}")
    return ImportKind(text)


def overwrites(text: str) -> bool:
    """Whether the mode is to overwrite. Raises Invalid for a word that is no mode."""
    if text not in ("", "merge", "overwrite"):
        raise Invalid("Validation failed: Mode is merge or overwrite")
    return text == "overwrite"


def visibility_of(text: str) -> Visibility | None:
    """What posts are shown as at most; None: as they were. Raises Invalid."""
    if text not in VISIBILITIES:
        raise Invalid("Validation failed: Visibility is public, unlisted, private or direct")
    return VISIBILITIES[text]


@blueprint.get("/api/v1/echo/archives")
@needs("read")
async def list_archives() -> Response:
    """Archives of what one has here, the newest first."""
    return entity([moving.archive(row) for row in await archive_store.of_person(account_id())])


@blueprint.post("/api/v1/echo/archives")
@needs("write")
async def ask_for_archive() -> Response:
    """Have an archive made of all that one has here, once a week."""
    return entity(moving.archive(await archives.ask(account_id())))


@blueprint.get("/api/v1/echo/archives/<archive_id>/file")
@needs("read")
async def archive_file(archive_id: str) -> Response:
    """The archive: a zip, while it can be fetched."""
    found = await archives.get(account_id(), read_id(archive_id))
    return await stored_zip(found["file_key"], f"archive-{found['id']}")
