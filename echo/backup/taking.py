"""Making a backup while the server runs: rows of one moment, and the files that they name."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from echo import __version__, clock
from echo.backup import places, programs, texts
from echo.backup.manifest import (
    CONFIG,
    DATABASE,
    MANIFEST,
    MEDIA_FOLDER,
    MEDIA_LIST,
    SEAL,
    Manifest,
    MediaFile,
)
from echo.config import Config
from echo.config.write import render_for_backup
from echo.errors import NotFound
from echo.media.port import MediaStore
from echo.policy import seals
from echo.runtime import open_media_store
from echo.store import snapshots
from echo.store.snapshots import Snapshot

# Told about what is under way, in words.
Say = Callable[[str], None]
_TELL_EACH = 500


@dataclass(frozen=True, slots=True)
class What:
    """What goes into a backup besides the database, its keys and the list of files.

    Shapes:  media: the files themselves; secrets: those of the configuration
    """

    media: bool = False
    secrets: bool = False


@dataclass(frozen=True, slots=True)
class _Media:
    files: int = 0
    size_bytes: int = 0
    missing: int = 0


async def take(config: Config, plain: Config, data: Path, path: Path, what: What, say: Say) -> Manifest:
    """Save a server. It may be running; what is done meanwhile is not in the backup, all of it.

    Shapes:  config: with the addresses of the engines; plain: as it was given, which is what is saved
    Raises:  Invalid when something is at the path; Unavailable; EchoError with what pg_dump said
    """
    writer = await asyncio.to_thread(places.create, path)
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
            made = await _fill(writer, config, plain, data, Path(folder), what, say)
        await asyncio.to_thread(writer.finish)
    except BaseException:
        await asyncio.to_thread(writer.give_up)
        raise
    return made


async def _fill(
    writer: places.Writer, config: Config, plain: Config, data: Path, folder: Path, what: What, say: Say
) -> Manifest:
    made_at, hashes, dump = clock.now(), {}, folder / DATABASE
    async with snapshots.look(config.database.url) as snapshot:
        say("saving the database")
        await programs.dump(config.database.url, snapshot.name, dump)
        tables, migrations = await snapshot.tables(), await snapshot.migrations()
        version = await snapshot.postgres_version()
        hashes[DATABASE] = await asyncio.to_thread(_hash, dump)
        await asyncio.to_thread(writer.add, DATABASE, dump)
        store = open_media_store(plain, data)
        media, media_list = await _add_media(writer, snapshot, store, folder, what, say)
    hashes[MEDIA_LIST] = await asyncio.to_thread(_hash, media_list)
    await asyncio.to_thread(writer.add, MEDIA_LIST, media_list)
    small = {CONFIG: render_for_backup(plain, secrets=what.secrets).encode()}
    if (data / seals.FILE).exists():
        small[SEAL] = (data / seals.FILE).read_bytes()
    small |= await asyncio.to_thread(texts.read, plain, data)
    for name, content in small.items():
        copy = folder / Path(name).name
        copy.write_bytes(content)
        hashes[name] = _hash(copy)
        await asyncio.to_thread(writer.add, name, copy)
    manifest = Manifest(
        made_at=made_at,
        echo=__version__,
        postgres=version,
        domain=plain.instance.domain,
        base_url=plain.base_url,
        migrations=migrations,
        tables=tables,
        sha256=hashes,
        media_files=media.files,
        media_bytes=media.size_bytes,
        media_missing=media.missing,
        has_media=what.media,
        has_config_secrets=what.secrets,
    )
    encoded = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    await asyncio.to_thread(writer.add, MANIFEST, encoded)
    return manifest


async def _add_media(
    writer: places.Writer, snapshot: Snapshot, store: MediaStore, folder: Path, what: What, say: Say
) -> tuple[_Media, Path]:
    """Every file that a row names: its hash into the list, and with `what.media` the file itself."""
    files = size_bytes = missing = 0
    list_path, copy = folder / MEDIA_LIST, folder / "file"
    with list_path.open("wb") as lines:
        async for key in snapshot.files():
            try:
                entry = await (_saved(store, key, copy) if what.media else _read(store, key))
            except NotFound:
                # Its post may have been deleted since the moment of the snapshot.
                missing += 1
                continue
            lines.write(msgspec.json.encode(entry) + b"\n")
            files, size_bytes = files + 1, size_bytes + entry.size_bytes
            if what.media:
                await asyncio.to_thread(writer.add, MEDIA_FOLDER + key, copy)
            if files % _TELL_EACH == 0:
                say(f"{files} files, {size_bytes / 2**20:.0f} MiB")
    say(f"{files} files, {size_bytes / 2**20:.0f} MiB")
    return _Media(files, size_bytes, missing), list_path


async def _saved(store: MediaStore, key: str, copy: Path) -> MediaFile:
    await store.save(key, copy)
    return await asyncio.to_thread(lambda: MediaFile(key, copy.stat().st_size, _hash(copy)))


async def _read(store: MediaStore, key: str) -> MediaFile:
    opened, digest = await store.open(key), hashlib.sha256()
    async for piece in opened.part(0, opened.size_bytes):
        digest.update(piece)
    return MediaFile(key, opened.size_bytes, digest.hexdigest())


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return places.sha256_of(file)


def remove_oldest(folder: Path, pattern: str, keep: int) -> list[Path]:
    """Take away all but the newest backups of a pattern, whose names sort by time; those that went."""
    found = sorted(path for path in folder.glob(pattern) if not path.name.endswith(".partial"))
    gone = found[:-keep]
    for path in gone:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return gone
