"""What the data directory remembers of backups and releases: small files that only advise."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from echo import __version__, clock
from echo.backup import taking
from echo.backup.manifest import Manifest
from echo.backup.taking import Say, What
from echo.config import Config
from echo.config.load import keys_of, sections
from echo.schema import pending
from echo.store import snapshots

LAST_BACKUP, LAST_RELEASE = "last-backup.json", "release.json"
UNFINISHED = "restore-unfinished"
S = TypeVar("S", bound=msgspec.Struct)


class LastBackup(msgspec.Struct, frozen=True):
    """The newest backup that was made of this server."""

    made_at: datetime
    path: str
    echo: str


class LastRelease(msgspec.Struct, frozen=True):
    """The release that served last, and every key of configuration that it knew."""

    echo: str
    config_keys: list[str]


def backup_made(data: Path, path: Path, made: Manifest) -> None:
    """Remember a backup."""
    _write(data / LAST_BACKUP, LastBackup(made.made_at, str(path.resolve()), made.echo))


def release_serves(data: Path) -> None:
    """Remember that this release took over."""
    _write(data / LAST_RELEASE, LastRelease(__version__, config_keys()))


def last_backup(data: Path) -> LastBackup | None:
    """The newest backup; None when there is none, or nobody knows."""
    return _read(data / LAST_BACKUP, LastBackup)


def last_release(data: Path) -> LastRelease | None:
    """The release that served last; None when there was none that remembered."""
    return _read(data / LAST_RELEASE, LastRelease)


def restore_begins(data: Path) -> None:
    """From now on this server must not serve: it is empty, or would send again what was sent before."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    (data / UNFINISHED).touch(mode=0o600)


def restore_ends(data: Path) -> None:
    """Now it may."""
    (data / UNFINISHED).unlink(missing_ok=True)


def is_restore_unfinished(data: Path) -> bool:
    """Whether a backup is being loaded, or was and is not yet fit to be served."""
    return (data / UNFINISHED).exists()


def config_keys() -> list[str]:
    """Every key of the configuration of this release."""
    return [f"{name}.{key}" for name, section in sections() for key, *_ in keys_of(section)]


async def save_first(config: Config, plain: Config, data: Path, say: Say) -> Path | None:
    """A backup before migrations change a database that is in use, where the configuration wants one.

    Returns: where it is; None when none is wanted or nothing will be changed
    Raises:  as `taking.take`: then nothing is migrated either
    """
    if not plain.backups.before_migrations or not await pending(config):
        return None
    if await snapshots.people(config.database.url) is None:
        return None
    folder = Path(plain.backups.path) if plain.backups.path else data / "backups"
    path = folder / f"before-{clock.now():%Y%m%d-%H%M%S}.tar"
    say(f"saving the database to {path} before it is migrated")
    made = await taking.take(config, plain, data, path, What(), say)
    backup_made(data, path, made)
    await asyncio.to_thread(taking.remove_oldest, folder, "before-*.tar", plain.backups.keep)
    return path


def _write(path: Path, content: msgspec.Struct) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(msgspec.json.encode(content) + b"\n")
    fresh.chmod(0o600)
    fresh.replace(path)


def _read(path: Path, type_: type[S]) -> S | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=type_)
    except (OSError, msgspec.DecodeError):
        return None
