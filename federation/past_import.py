"""Bringing posts along from an archive: its list becomes rows, which are done one by one, a while at a time.

Whatever a worker dies with is done again by the next: a post and the end of its row are one transaction.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from echo import db, settings
from echo.actions import past_posts, processing, uploads
from echo.actions.past_posts import Place
from echo.actions.uploads import Incoming
from echo.db import Row
from echo.errors import Invalid, NotFound
from echo.kinds import MediaState, Visibility
from echo.kinds_of_moving import ImportState
from echo.media import past_archive, port
from echo.models import Account, Media
from echo.store import accounts, imports
from federation import past
from federation.past import Owner, PastFile

RUN_SECONDS = 60.0
_PIECE, _ROWS = 500, 20
_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class _Run:
    import_id: int
    account: Account
    archive: zipfile.ZipFile
    owner: Owner
    most: Visibility | None


async def work(import_id: int) -> bool:
    """Bring some posts along; whether that was all."""
    row = await imports.find_for_worker(import_id)
    if row is None or row["finished_at"] is not None:
        return True
    account = await accounts.find(row["account_id"])
    if account is None or account.suspended_at is not None:
        await _end(row, ImportState.REFUSED, "The account cannot be used.")
        return True
    try:
        async with _opened(row["file_key"]) as archive:
            owner = await asyncio.to_thread(past.owner_of, archive)
            if row["state"] == ImportState.WAITING:
                await _read_list(import_id, archive)
            most = Visibility(row["visibility"]) if row["visibility"] else None
            is_done = await _bring(_Run(import_id, account, archive, owner, most))
    except (Invalid, NotFound) as error:
        reason = error.public if isinstance(error, Invalid) else "The file is not there any more."
        await _end(row, ImportState.REFUSED, reason)
        return True
    if is_done:
        await _end(row, ImportState.DONE)
    return is_done


async def _end(row: Row, state: ImportState, reason: str = "") -> None:
    async with db.unit_of_work():
        await imports.set_state(row["id"], state, reason)
    await port.store().delete(row["file_key"])
    await asyncio.to_thread(_copy_of(row["file_key"]).unlink, missing_ok=True)


async def _read_list(import_id: int, archive: zipfile.ZipFile) -> None:
    """Every post becomes a row; done again, nothing comes twice."""
    lines = list(enumerate(await asyncio.to_thread(past.activities, archive), start=1))
    for start in range(0, len(lines), _PIECE):
        async with db.unit_of_work():
            await imports.add_rows(import_id, lines[start : start + _PIECE])
    await imports.set_state(import_id, ImportState.WORKING)


async def _bring(run: _Run) -> bool:
    until = time.monotonic() + RUN_SECONDS
    while time.monotonic() < until:
        rows = await imports.due_rows(run.import_id, _ROWS)
        if not rows:
            return True
        for row in rows:
            await _bring_one(run, row)
    return False


async def _bring_one(run: _Run, row: Row) -> None:
    place = Place(run.import_id, row["id"])
    try:
        found = await past.read(imports.data_of(row), run.owner, run.account)
        is_here = await past_posts.is_here(run.account.id, found.draft.uri)
        files = [] if is_here else await _take_files(run, found.files)
        is_new = await past_posts.keep(run.account.id, found.draft, files, most=run.most, place=place)
    except Invalid as error:
        await imports.row_failed(run.import_id, row["id"], error.public, again_after=None)
        return
    left_out = len(found.files) - len(files)
    if is_new and left_out:
        said = f"The post is here, {left_out} of its files could not be read."
        await imports.add_note(run.import_id, row["line"], said)


async def _take_files(run: _Run, files: tuple[PastFile, ...]) -> list[Media]:
    """The files of a post, as if they were uploaded; those that cannot be read are left out."""
    taken = []
    for file in files[: settings.here().limits.post_media]:
        try:
            taken.append(await _take(run, file))
        except (Invalid, KeyError):
            continue
    return taken


async def _take(run: _Run, file: PastFile) -> Media:
    """Raises Invalid for what is no file that we take, KeyError when it is not in the archive."""
    limits = settings.here().media
    most = max(limits.video_limit_bytes, limits.image_limit_bytes)
    with tempfile.TemporaryFile() as copy:
        size = await asyncio.to_thread(_unpack, run.archive, file.name, copy, most)
        description = (file.description or "")[: uploads.DESCRIPTION_CHARACTERS] or None
        media = await uploads.upload(
            run.account.id, Incoming(file=copy, size_bytes=size, description=description, focus=file.focus)
        )
    if media.state == MediaState.WAITING:
        await processing.process(media.id)
        media = await uploads.get_own(run.account.id, media.id)
    if media.state != MediaState.READY:
        raise Invalid("The file could not be made ready.")
    return media


def _unpack(archive: zipfile.ZipFile, name: str, target: IO[bytes], most: int) -> int:
    with archive.open(name) as source:
        return past_archive.copy(source, target, most)


@asynccontextmanager
async def _opened(key: str) -> AsyncIterator[zipfile.ZipFile]:
    """The archive; there is a copy on this machine while it is worked on. Raises NotFound, Invalid."""
    path = _copy_of(key)
    if not await asyncio.to_thread(path.exists):
        await asyncio.to_thread(_make_room, path.parent)
        fresh = path.with_suffix(f".{os.getpid()}")
        await port.store().save(key, fresh)
        await asyncio.to_thread(fresh.replace, path)
    await asyncio.to_thread(path.touch)
    opening = past_archive.opened(path)
    archive = await asyncio.to_thread(opening.__enter__)
    try:
        yield archive
    finally:
        await asyncio.to_thread(archive.close)


def _copy_of(key: str) -> Path:
    return Path(tempfile.gettempdir()) / f"echo-imports-{os.geteuid()}" / key.replace("/", "-")


def _make_room(folder: Path) -> None:
    """Make the folder, and take away what others left who were interrupted for good."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise Invalid("The archive cannot be unpacked here.", detail=f"{folder} belongs to somebody else")
    for path in folder.iterdir():
        if path.stat().st_mtime < time.time() - _DAY_SECONDS:
            path.unlink(missing_ok=True)
