"""Where a backup is written to and read from: a folder, or one file (tar). All of it blocks."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from pathlib import Path
from typing import IO, Protocol

from echo.errors import Invalid, NotFound

_PIECE_BYTES = 1024 * 1024


class Writer(Protocol):
    """A backup that is being made. It has its name only when it is whole."""

    def add(self, name: str, content: bytes | Path) -> None:
        """One more file. A path is taken away."""
        ...

    def finish(self) -> None:
        """Let the backup appear under its name, on the disk."""
        ...

    def give_up(self) -> None:
        """Take away what was written."""
        ...


class Reader(Protocol):
    """A backup that is there."""

    def open(self, name: str) -> IO[bytes]:
        """A file of it. Raises NotFound."""
        ...

    def close(self) -> None:
        """Done with it."""
        ...


def create(path: Path) -> Writer:
    """A new backup: a file for names that end in .tar, else a folder. Raises Invalid where something is."""
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise Invalid(f"{path} exists already")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _TarWriter(path) if path.suffix == ".tar" else _FolderWriter(path)


def find(path: Path) -> Reader:
    """A backup to read. Raises NotFound, Invalid for a file that is no tar."""
    if path.is_dir():
        return _FolderReader(path)
    try:
        return _TarReader(tarfile.open(path, "r:"))
    except FileNotFoundError as error:
        raise NotFound(f"There is no {path}") from error
    except tarfile.TarError as error:
        raise Invalid(f"{path} is not a backup: {error}") from error


def sha256_of(file: IO[bytes]) -> str:
    """The hash of what is left in a file, hexadecimal."""
    digest = hashlib.sha256()
    while piece := file.read(_PIECE_BYTES):
        digest.update(piece)
    return digest.hexdigest()


def sync(path: Path) -> None:
    """Have a file or folder on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


class _FolderWriter:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._fresh = path.with_name(path.name + ".partial")
        shutil.rmtree(self._fresh, ignore_errors=True)
        self._fresh.mkdir(mode=0o700)

    def add(self, name: str, content: bytes | Path) -> None:
        target = self._fresh / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.move(content, target)
        else:
            target.write_bytes(content)
        target.chmod(0o600)
        sync(target)

    def finish(self) -> None:
        self._fresh.replace(self._path)
        sync(self._path.parent)

    def give_up(self) -> None:
        shutil.rmtree(self._fresh, ignore_errors=True)


class _TarWriter:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._fresh = path.with_name(path.name + ".partial")
        self._fresh.unlink(missing_ok=True)
        self._fresh.touch(mode=0o600)
        self._tar = tarfile.open(self._fresh, "w")  # noqa: SIM115  closed by finish or give_up

    def add(self, name: str, content: bytes | Path) -> None:
        entry = tarfile.TarInfo(name)
        entry.mode = 0o600
        if isinstance(content, bytes):
            entry.size = len(content)
            self._tar.addfile(entry, io.BytesIO(content))
            return
        entry.size = content.stat().st_size
        entry.mtime = int(content.stat().st_mtime)
        with content.open("rb") as file:
            self._tar.addfile(entry, file)
        content.unlink()

    def finish(self) -> None:
        self._tar.close()
        sync(self._fresh)
        self._fresh.replace(self._path)
        sync(self._path.parent)

    def give_up(self) -> None:
        self._tar.close()
        self._fresh.unlink(missing_ok=True)


class _FolderReader:
    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self, name: str) -> IO[bytes]:
        try:
            return (self._path / name).open("rb")
        except OSError as error:
            raise NotFound(f"The backup has no {name}") from error

    def close(self) -> None:
        return


class _TarReader:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._entries = {entry.name: entry for entry in tar.getmembers() if entry.isfile()}

    def open(self, name: str) -> IO[bytes]:
        entry = self._entries.get(name)
        found = None if entry is None else self._tar.extractfile(entry)
        if found is None:
            raise NotFound(f"The backup has no {name}")
        return found

    def close(self) -> None:
        self._tar.close()
