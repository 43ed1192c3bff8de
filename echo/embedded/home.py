"""Where the engines keep their files, and who owns them.

Normally that is `DATA/engines`. Two things can be in the way: as root, a user for the engines who may not
enter DATA (it lies under a private home directory, say), and a path that cannot be a socket's. Then the
home, or the sockets alone, are in a private directory elsewhere, which DATA remembers in `engines.json`. No
permission outside of DATA is ever changed.

    home/                  ours; as root the engines' group may pass through
        postgres/ valkey/  the engines' data, 0700, theirs
        run/               their sockets, 0700, theirs
        logs/ *.conf       ours
        programs/          copies of the programs, where the engines cannot reach the installed ones
"""

from __future__ import annotations

import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from echo.embedded.account import Account, account_of, choose_account
from echo.embedded.errors import EngineFailed

RECORD_NAME = "engines.json"
HOME_NAME = "engines"
FALLBACK_PARENTS = (Path("/var/lib"), Path("/srv"), Path("/var/tmp"))  # noqa: S108  as a private 0700 directory
SOCKET_PARENTS = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108  the same

# A socket's path must fit a field of 108 bytes on Linux, 104 on macOS, its closing zero included.
SOCKET_PATH_LIMIT_BYTES = 103
LONGEST_SOCKET_NAME = ".s.PGSQL.5432"

log = logging.getLogger(__name__)


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is not where it usually is."""

    home: str | None = None
    sockets: str | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """The engines' directories, made and owned as they must be, and the account that runs the engines."""

    path: Path
    sockets: Path
    account: Account

    def log_path(self, engine: str) -> Path:
        return self.path / "logs" / f"{engine}.log"

    def write_config(self, name: str, text: str) -> Path:
        """Write a configuration file that the engines may read and only we may write."""
        path = self.path / name
        fresh = path.with_name(name + ".new")
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as file:
            file.write(text)
        _give_group(fresh, self.account, 0o640)
        fresh.replace(path)
        return path

    def leave(self) -> None:
        """Remove the sockets' directory when it is not in the home; the next start makes another."""
        if not self.sockets.is_relative_to(self.path):
            shutil.rmtree(self.sockets, ignore_errors=True)

    def make_private(self, name: str) -> Path:
        """A directory of the engines' own, 0700."""
        path = self.path / name
        _make_private(path, self.account)
        return path


def locate(data_dir: Path) -> tuple[Path, Path]:
    """Where home and sockets of a data directory are, whether or not they were made yet."""
    record = _read_record(data_dir)
    home = Path(record.home) if record.home else data_dir / HOME_NAME
    return home, Path(record.sockets) if record.sockets else home / "run"


def prepare_home(
    data_dir: Path,
    *,
    engine_user: str | None = None,
    fallback_parents: Sequence[Path] = FALLBACK_PARENTS,
    socket_parents: Sequence[Path] = SOCKET_PARENTS,
) -> Home:
    """Make the directories of the engines, at the usual place or where the engines' user can reach them.

    Shapes:  data_dir: exists, absolute; engine_user: heeded by root for a new data directory only
    Raises:  EngineFailed when the files belong to someone else or no place serves
    """
    account = _account_for(data_dir, engine_user)
    path, sockets = locate(data_dir)
    record = _read_record(data_dir)
    if record.home is None and not _open_to(account, path, data_dir):
        if (path / "postgres").exists() or (path / "valkey").exists():
            raise EngineFailed(
                f"The engines run as {account.name}, who cannot enter {path} any more: "
                "let that user pass through the directories above it, or move the data directory"
            )
        path = _fallback(account, data_dir, fallback_parents)
        record = Record(home=str(path))
    elif record.home is not None:
        _check_ours(path, data_dir)
        _give_group(path, account, 0o710)
    (path / "logs").mkdir(mode=0o700, exist_ok=True)
    if _fits(path / "run"):
        sockets, record = path / "run", Record(home=record.home)
        _make_private(sockets, account)
    else:
        sockets = _short_sockets(record, account, socket_parents)
        record = Record(home=record.home, sockets=str(sockets))
    _write_record(data_dir, record)
    return Home(path, sockets, account)


def _account_for(data_dir: Path, engine_user: str | None) -> Account:
    """The account that owns the existing engine data, else the one to choose."""
    home, _sockets = locate(data_dir)
    for name in ("postgres", "valkey"):
        try:
            owner = (home / name).lstat().st_uid
        except (FileNotFoundError, PermissionError):
            continue
        if owner not in (0, os.geteuid()):
            return account_of(owner)
    return choose_account(engine_user)


def _open_to(account: Account, home: Path, data_dir: Path) -> bool:
    """Make the usual home and say whether the engines can enter it."""
    try:
        home.mkdir(mode=0o700)
    except FileExistsError:
        _check_ours(home, data_dir)
    _give_group(home, account, 0o710)
    if account.may(("-x", home)):
        return True
    entry = data_dir.stat()
    if entry.st_uid != os.geteuid() or not account.may(("-x", data_dir.parent)):
        return False
    # Only the data directory itself is closed: let the engines' group pass through, without a view of it.
    os.chown(data_dir, -1, account.gid)
    data_dir.chmod((stat.S_IMODE(entry.st_mode) & ~0o070) | 0o010)
    return account.may(("-x", home))


def _check_ours(home: Path, data_dir: Path) -> None:
    """Refuse a home that is gone, a link or somebody else's, instead of starting with an empty database."""
    try:
        entry = home.lstat()
    except FileNotFoundError as missing:
        raise EngineFailed(
            f"{data_dir / RECORD_NAME} says that the database is in {home}, which does not exist: "
            "bring it back, or remove that file to start with an empty one"
        ) from missing
    if not stat.S_ISDIR(entry.st_mode) or entry.st_uid != os.geteuid():
        raise EngineFailed(
            f"{home} belongs to {account_of(entry.st_uid).name}: start Echo as the user who made it"
        )


def _fallback(account: Account, data_dir: Path, parents: Iterable[Path]) -> Path:
    for parent in parents:
        if not os.access(parent, os.W_OK) or not account.may(("-x", parent)):
            continue
        path = Path(tempfile.mkdtemp(prefix="echo-", dir=parent))
        _give_group(path, account, 0o710)
        (path / "DATA-DIRECTORY").write_text(f"{data_dir}\n")
        log.warning(
            "%s cannot enter %s, so the database is kept in %s; back up both", account.name, data_dir, path
        )
        return path
    raise EngineFailed(
        f"The engines run as {account.name}, who cannot enter {data_dir}: choose a data directory outside of "
        "private home directories"
    )


def _short_sockets(record: Record, account: Account, parents: Iterable[Path]) -> Path:
    """A private directory with a short path: the recorded one if it is as we left it, else a new one."""
    if record.sockets is not None and _is_private(Path(record.sockets), account):
        return Path(record.sockets)
    for parent in parents:
        if os.access(parent, os.W_OK):
            path = Path(tempfile.mkdtemp(prefix="echo-", dir=parent))
            _make_private(path, account)
            log.info("sockets cannot be under the path of the data directory and are in %s", path)
            return path
    raise EngineFailed(
        "The path of the data directory is too long for Unix sockets: choose a shorter one, without commas"
    )


def _fits(sockets: Path) -> bool:
    """Whether sockets can be there; a comma separates hosts for every client of PostgreSQL."""
    path = os.fsencode(sockets / LONGEST_SOCKET_NAME)
    return len(path) <= SOCKET_PATH_LIMIT_BYTES and b"," not in path


def _is_private(path: Path, account: Account) -> bool:
    try:
        entry = path.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(entry.st_mode)
        and entry.st_uid == account.uid
        and stat.S_IMODE(entry.st_mode) == 0o700
        and _fits(path)
    )


def _make_private(path: Path, account: Account) -> None:
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)
    if account.foreign:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _give_group(path: Path, account: Account, mode: int) -> None:
    """Let the engines' group in by `mode` when the engines are not us; else keep the owner's bits only."""
    if account.foreign:
        os.chown(path, -1, account.gid, follow_symlinks=False)
    path.chmod(mode if account.foreign else mode & 0o700)


def _read_record(data_dir: Path) -> Record:
    path = data_dir / RECORD_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except FileNotFoundError:
        return Record()
    except msgspec.DecodeError as broken:
        raise EngineFailed(f"{path} is not readable: {broken}") from broken


def _write_record(data_dir: Path, record: Record) -> None:
    if record == _read_record(data_dir):
        return
    fresh = data_dir / (RECORD_NAME + ".new")
    fresh.write_bytes(msgspec.json.encode(record))
    fresh.replace(data_dir / RECORD_NAME)
