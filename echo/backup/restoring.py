"""Making a server of a backup, and looking whether one is whole."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from echo import cache, schema
from echo.actions import machine, restored, server_actor
from echo.actions.restored import Held
from echo.backup import manifest, places, programs, records, texts
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
from echo.backup.places import Reader
from echo.backup.taking import Say
from echo.config import Config
from echo.errors import Conflict, Invalid, NotFound
from echo.media import keys
from echo.policy import seals
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.runtime import open_media_store, open_runtime
from echo.store import emptying, snapshots

_TELL_EACH = 500


@dataclass(frozen=True, slots=True)
class Checked:
    """A backup that was looked at.

    Shapes:  damaged: names of files whose content is not what the manifest says
    """

    manifest: Manifest
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """What does not hold in a database; nothing of it may be."""

    posts_without_author: int
    people_without_keys: int
    keys_that_do_not_sign: int

    @property
    def is_anything(self) -> bool:
        return bool(self.posts_without_author or self.people_without_keys or self.keys_that_do_not_sign)


@dataclass(frozen=True, slots=True)
class Restored:
    """What has become of a backup.

    Shapes:  tables_off: (table, rows in the backup, rows found); media_missing: files that the backup lists
             and that are neither in it nor where this server keeps files
    """

    manifest: Manifest
    held: Held
    broken: Broken
    tables_off: tuple[tuple[str, int, int], ...]
    media_files: int
    media_missing: int
    migrated: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return not self.tables_off and not self.broken.is_anything


def read_manifest(reader: Reader) -> Manifest:
    """What a backup says of itself. Raises Invalid."""
    try:
        with reader.open(MANIFEST) as file:
            return manifest.read(file.read())
    except NotFound as error:
        raise Invalid("This is not a backup of Echo, or not a whole one: it has no manifest") from error


async def check(reader: Reader, say: Say) -> Checked:
    """Read a backup from beginning to end. Raises Invalid, EchoError for a dump that cannot be read."""
    found = read_manifest(reader)
    damaged = [name for name in found.sha256 if not await asyncio.to_thread(_is_same, reader, name, found)]
    if DATABASE not in damaged:
        with reader.open(DATABASE) as file:
            await programs.contents(file)
    if found.has_media and MEDIA_LIST not in damaged:
        for number, entry in enumerate(_media(reader), start=1):
            name = MEDIA_FOLDER + entry.key
            if not await asyncio.to_thread(_has_hash, reader, name, entry.sha256):
                damaged.append(name)
            if number % _TELL_EACH == 0:
                say(f"{number} files looked at")
    return Checked(found, tuple(damaged))


def write_config(reader: Reader, data: Path) -> bool:
    """Put the configuration of a backup into a data directory that has none; whether it did."""
    target = data / "config.toml"
    if target.exists():
        return False
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with reader.open(CONFIG) as file, open(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as copy:
        copy.write(file.read())
    return True


async def require_fits(found: Manifest, config: Config, data: Path) -> None:
    """A backup goes into an empty server of the same name, of the same or a later release; or again into one
    where that was interrupted.

    Raises:  Invalid, Conflict
    """
    if (found.domain, found.base_url) != (config.instance.domain, config.base_url):
        raise Invalid(
            f"The backup is of {found.domain} ({found.base_url}), this is {config.instance.domain}"
            f" ({config.base_url}): a server can only be restored under its own name"
        )
    unknown = set(found.migrations) - schema.known()
    if unknown:
        raise Invalid(f"The backup was made by a later release ({found.echo}): it has {min(unknown)}")
    if not records.is_restore_unfinished(data) and await snapshots.people(config.database.url):
        raise Conflict("There are people or posts in this database: restore into a new data directory")


async def restore(reader: Reader, config: Config, data: Path, *, send: bool, say: Say) -> Restored:
    """Fill an empty server. The database appears whole or not at all; run again after a failure.

    Shapes:  config: with the addresses of the engines; send: see `echo.actions.restored.settle`
    Raises:  Invalid, Conflict, EchoError with what pg_restore said
    """
    found = read_manifest(reader)
    await require_fits(found, config, data)
    for name in found.sha256:
        if not await asyncio.to_thread(_is_same, reader, name, found):
            raise Invalid(f"{name} of the backup is damaged")
    is_anew = not records.is_restore_unfinished(data)
    # Files may take hours. Whoever starts the server meanwhile, or after that, must not show an empty one.
    records.restore_begins(data)
    await asyncio.to_thread(_write_seal, reader, found, data)
    await asyncio.to_thread(texts.write, reader, found, config, data)
    say("loading files")
    try:
        media_files, media_missing = await _load_media(reader, found, config, data, say)
    except Invalid:
        # With this backup it will not go on, and the database is as it was.
        if is_anew:
            records.restore_ends(data)
        raise
    say("loading the database")
    await snapshots.drop_tables(config.database.url)
    with reader.open(DATABASE) as file:
        await programs.load(config.database.url, file)
    async with snapshots.look(config.database.url) as loaded:
        now, orphans, keyless = await loaded.tables(), await loaded.orphans(), await loaded.keyless()
    counts = [(name, rows, now.get(name, 0)) for name, rows in found.tables.items()]
    off = tuple(count for count in counts if count[1] != count[2])
    migrated = await schema.migrate(config)
    runtime = await open_runtime(config, data)
    try:
        say("looking at what was loaded")
        await cache.forget_everything()
        held = await restored.settle(send=send)
        records.restore_ends(data)
        await server_actor.ensure()
        told = {"made_at": found.made_at.isoformat(), "outbox": "send" if send else "hold"}
        await machine.note(Staff.shell(), Deed.BACKUP_RESTORE, details=told)
        await emptying.learn_statistics()
        broken = Broken(orphans, keyless, await restored.count_unfit_keys())
    finally:
        await runtime.close()
    return Restored(found, held, broken, off, media_files, media_missing, tuple(migrated))


def _write_seal(reader: Reader, found: Manifest, data: Path) -> None:
    if SEAL not in found.sha256:
        return
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = data / seals.FILE
    with (
        reader.open(SEAL) as file,
        open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as copy,
    ):
        copy.write(file.read())


async def _load_media(
    reader: Reader, found: Manifest, config: Config, data: Path, say: Say
) -> tuple[int, int]:
    """Put files where this server keeps them; without files in the backup, see which are there already."""
    store, loaded, missing = open_media_store(config, data), 0, 0
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=data) as folder:
        copy = Path(folder) / "file"
        for entry in _media(reader):
            if found.has_media:
                await asyncio.to_thread(_copy, reader, entry, copy)
                await store.put(entry.key, copy, keys.kept_type_of(entry.key))
                loaded += 1
            else:
                try:
                    missing += (await store.open(entry.key)).size_bytes != entry.size_bytes
                except NotFound:
                    missing += 1
            if loaded and loaded % _TELL_EACH == 0:
                say(f"{loaded} of {found.media_files} files")
    return loaded, missing


def _copy(reader: Reader, entry: MediaFile, target: Path) -> None:
    """Raises Invalid for a file that is not what the list says."""
    if not _has_hash(reader, MEDIA_FOLDER + entry.key, entry.sha256):
        raise Invalid(f"{entry.key} of the backup is damaged")
    with reader.open(MEDIA_FOLDER + entry.key) as file, target.open("wb") as copy:
        while piece := file.read(1024 * 1024):
            copy.write(piece)


def _media(reader: Reader) -> Iterator[MediaFile]:
    decoder = msgspec.json.Decoder(MediaFile)
    with reader.open(MEDIA_LIST) as lines:
        for line in lines:
            yield decoder.decode(line)


def _is_same(reader: Reader, name: str, found: Manifest) -> bool:
    return _has_hash(reader, name, found.sha256[name])


def _has_hash(reader: Reader, name: str, sha256: str) -> bool:
    try:
        with reader.open(name) as file:
            return places.sha256_of(file) == sha256
    except NotFound:
        return False
