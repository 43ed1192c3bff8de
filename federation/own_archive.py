"""Everything that somebody has here, laid out as Mastodon does it, so that it can be brought along."""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import IO

import msgspec

from activitypub import write
from activitypub.document import JsonObject
from echo import addresses
from echo.actions import archives as actions
from echo.db import Row
from echo.errors import NotFound
from echo.kinds_of_moving import ArchiveState
from echo.media import port
from echo.policy.viewer import Viewer
from echo.store import accounts, archives, federation_reads
from federation import outbox
from federation.translate.accounts import actor_of

# A page of rows: of whom, after which, how many.
Read = Callable[[int, int, int], Awaitable[list[Row]]]
_PAGE = 200
_FILES = "media_attachments/files/"
# What is compressed already is only stored.
_STORED, _PACKED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED


async def build(archive_id: int) -> None:
    """Make an archive that somebody asked for, once. A run that was interrupted begins anew."""
    row = await archives.find_for_worker(archive_id)
    if row is None or row["state"] != ArchiveState.WAITING:
        return
    account_id = int(row["account_id"])
    account = await accounts.find(account_id)
    source = await federation_reads.actor(account_id)
    if account is None or source is None or account.suspended_at is not None:
        await actions.give_up(archive_id)
        return
    port.require_room()
    with tempfile.TemporaryDirectory(prefix="echo-archive-") as folder:
        path = Path(folder) / "archive.zip"
        with await asyncio.to_thread(zipfile.ZipFile, path, "w") as archive:
            actor = write.write_actor(actor_of(source)) | {
                "outbox": "outbox.json",
                "likes": "likes.json",
                "bookmarks": "bookmarks.json",
            }
            for name, key in (("avatar", account.avatar), ("header", account.header)):
                stored = f"{name}.{key.rpartition('.')[2]}"
                if key and await _add_file(archive, stored, key, Path(folder)):
                    actor["icon" if name == "avatar" else "image"] = {"type": "Image", "url": stored}
            await _write(archive, "actor.json", msgspec.json.encode(actor))
            await _add_collection(archive, "outbox.json", _activities(account_id))
            await _add_collection(archive, "likes.json", _uris(archives.liked, account_id))
            await _add_collection(archive, "bookmarks.json", _uris(archives.bookmarked, account_id))
            await _add_media(archive, account_id, Path(folder))
        await actions.keep(archive_id, path, (await asyncio.to_thread(path.stat)).st_size)


async def _activities(account_id: int) -> AsyncIterator[bytes]:
    """Every post and boost, the oldest first, with files where they lie in the archive."""
    last, viewer = 0, Viewer(account_id)
    while page := await archives.post_ids(account_id, last, _PAGE):
        found = await federation_reads.posts(viewer, page)
        for post_id in page:
            if post_id in found:
                yield msgspec.json.encode(_with_places(write.activity_body(outbox.created(found[post_id]))))
        last = page[-1]


def _with_places(activity: JsonObject) -> JsonObject:
    said, media = activity.get("object"), addresses.here().media + "/"
    for part in said.get("attachment", ()) if isinstance(said, dict) else ():
        if str(part.get("url", "")).startswith(media):
            part["url"] = _FILES + part["url"].removeprefix(media)
    return activity


async def _uris(
    read: Callable[[int, int, int], Awaitable[list[Row]]], account_id: int
) -> AsyncIterator[bytes]:
    last = 0
    while page := await read(account_id, last, _PAGE):
        for row in page:
            yield msgspec.json.encode(row["uri"])
        last = page[-1]["id"]


async def _add_collection(archive: zipfile.ZipFile, name: str, items: AsyncIterator[bytes]) -> None:
    """A collection, however long, a piece at a time."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = _PACKED
    count = 0
    with archive.open(entry, "w", force_zip64=True) as file:
        head = msgspec.json.encode({"@context": "https://www.w3.org/ns/activitystreams", "id": name})
        await _append(file, head[:-1] + b',"type":"OrderedCollection","orderedItems":[')
        async for item in items:
            await _append(file, b"," * (count > 0) + item)
            count += 1
        await _append(file, b'],"totalItems":%d}' % count)


async def _append(file: IO[bytes], content: bytes) -> None:
    await asyncio.to_thread(file.write, content)


async def _add_media(archive: zipfile.ZipFile, account_id: int, folder: Path) -> None:
    last = 0
    while page := await archives.media_keys(account_id, last, _PAGE):
        for row in page:
            await _add_file(archive, _FILES + row["file_key"], row["file_key"], folder)
        last = page[-1]["id"]


async def _add_file(archive: zipfile.ZipFile, name: str, key: str, folder: Path) -> bool:
    copy = folder / "file"
    try:
        await port.store().save(key, copy)
    except NotFound:
        return False
    await asyncio.to_thread(archive.write, copy, name, _STORED)
    return True


async def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    await asyncio.to_thread(archive.writestr, name, content, _PACKED)
