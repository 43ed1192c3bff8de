"""One owner per data directory, told apart from the remains of a dead one.

Every child and engine inherits the lock's descriptor. The lock of a dead owner is therefore free only when
the last process it left behind is gone: waiting for the lock is waiting for all of them.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from echo.embedded.errors import AlreadyRunning, EngineFailed
from echo.embedded.processes import is_alive, started_ticks

LOCK_NAME = "echo.lock"

_STEP_SECONDS = 0.02
_AFTER_KILL_SECONDS = 5.0

log = logging.getLogger(__name__)


class Owner(msgspec.Struct, frozen=True):
    """The process that holds a data directory, named beyond the reuse of its number."""

    pid: int
    started_ticks: int

    @property
    def alive(self) -> bool:
        return is_alive(self.pid) and started_ticks(self.pid) == self.started_ticks


@dataclass(slots=True)
class DirectoryLock:
    """The lock on a data directory, held until `release` and the end of every child that inherited `fd`."""

    fd: int

    def release(self) -> None:
        """Give the directory up; a second call changes nothing."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def find_owner(data_dir: Path) -> Owner | None:
    """The living process that works in this data directory, if any."""
    path = data_dir / LOCK_NAME
    owner = _read_owner(path)
    if owner is None or not owner.alive:
        return None
    fd = _try_lock(path, fcntl.LOCK_SH)
    if fd is None:
        return owner
    os.close(fd)
    return None


def take_lock(
    data_dir: Path,
    *,
    leftovers: Callable[[], Iterable[int]] = tuple,
    patience_seconds: float = 10.0,
) -> DirectoryLock:
    """Become the owner of a data directory, after the remains of a dead owner have gone or been ended.

    Shapes:  leftovers: finds the processes to kill when they do not go by themselves
    Raises:  AlreadyRunning while another owner lives; EngineFailed when its remains cannot be ended
    """
    path = data_dir / LOCK_NAME
    deadline, killed = time.monotonic() + patience_seconds, False
    while (fd := _try_lock(path, fcntl.LOCK_EX)) is None:
        owner = _read_owner(path)
        if owner is not None and owner.alive:
            raise AlreadyRunning(
                f"Echo is already running in {data_dir} (process {owner.pid})", pid=owner.pid
            )
        if time.monotonic() > deadline:
            if killed:
                raise EngineFailed(f"Processes of an earlier start still hold {path}; end them and try again")
            _kill(leftovers())
            deadline, killed = time.monotonic() + _AFTER_KILL_SECONDS, True
        time.sleep(_STEP_SECONDS)
    path.write_bytes(msgspec.json.encode(Owner(os.getpid(), started_ticks(os.getpid()))))
    return DirectoryLock(fd)


def _try_lock(path: Path, kind: int) -> int | None:
    """Lock the file that is at `path` now; None when somebody else holds it."""
    fd = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
        # a lock on a file that was removed in between keeps nobody out
        if os.path.samestat(os.fstat(fd), path.stat()):
            return fd
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(fd)
    return None


def _read_owner(path: Path) -> Owner | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Owner)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        log.warning("process %d is left from an earlier start and does not end: killing it", pid)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
