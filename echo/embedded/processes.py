"""Starting processes that never outlive us, and recognising those of an earlier life."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from echo.embedded.account import ENVIRONMENT, Account
from echo.embedded.errors import EngineFailed

LOG_LIMIT_BYTES = 8 * 1024 * 1024

_STEP_SECONDS = 0.01
_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_ON_LINUX = sys.platform == "linux"
# Looked up here, because a child between fork and exec should do as little as possible.
_prctl: Callable[..., int] | None = ctypes.CDLL(None, use_errno=True).prctl if _ON_LINUX else None


def die_with_parent(number: int, parent_pid: int) -> None:
    """Have the kernel send us `number` when our parent dies; called in the child, after any change of user.

    A parent that died before the call is noticed by its pid.
    """
    if _prctl is None:
        return
    _prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent_pid:
        os.kill(os.getpid(), number)


def set_short_name(name: str) -> None:
    """Show this process as `name` in `ps` and `top`; the kernel keeps 15 bytes."""
    if _prctl is not None:
        _prctl(_PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def spawn(
    command: Sequence[str],
    *,
    account: Account,
    log_path: Path,
    death_signal: int,
    inherited_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a long-lived child in a session of its own, so that Ctrl-C reaches it only through us.

    The death signal is bound to the thread that calls this, which must live as long as the engine.
    """
    parent_pid = os.getpid()
    uid, gid, groups = account.ids
    with open_log(log_path) as log, _explained(command[0]):
        return subprocess.Popen(  # noqa: S603  no shell, our own command
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=ENVIRONMENT,
            umask=0o077,
            user=uid,
            group=gid,
            extra_groups=groups,
            start_new_session=True,
            pass_fds=inherited_fds,
            # runs after the change of user, which clears the setting
            preexec_fn=lambda: die_with_parent(death_signal, parent_pid),
        )


def reap(pid: int) -> int | None:
    """How a child of ours ended, a signal as a negative number; None while it runs."""
    try:
        gone, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return 0
    return os.waitstatus_to_exitcode(status) if gone else None


class Adopted:
    """A program that this process started before it was renewed; stands in for `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        if self._code is None:
            self._code = reap(self.pid)
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            time.sleep(_STEP_SECONDS)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run_once(
    command: Sequence[str], *, account: Account, log_path: Path, standard_input: bytes = b""
) -> bool:
    """Run a program to its end as `account`; what it says goes to the log. Returns whether it succeeded."""
    uid, gid, groups = account.ids
    with open_log(log_path) as log, _explained(command[0]):
        finished = subprocess.run(  # noqa: S603  no shell, our own command
            command,
            input=standard_input,
            stdout=log,
            stderr=log,
            cwd="/",
            env=ENVIRONMENT,
            umask=0o077,
            user=uid,
            group=gid,
            extra_groups=groups,
            check=False,
        )
    return finished.returncode == 0


@contextmanager
def _explained(program: str) -> Iterator[None]:
    try:
        yield
    except OSError as failed:
        # "no such file" of a program that is there means its loader: the wheels need a system with glibc
        raise EngineFailed(f"{program} does not run on this system: {failed.strerror}") from failed


@contextmanager
def open_log(path: Path) -> Iterator[int]:
    """Open a log for appending, without following a link somebody else may have put there."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(path, flags, 0o600)
    try:
        yield fd
    finally:
        os.close(fd)


def bound_log(path: Path, *, limit_bytes: int = LOG_LIMIT_BYTES) -> None:
    """Move a log that has grown too large to `.old` and empty it; its writers append, so they go on."""
    try:
        if path.stat().st_size <= limit_bytes:
            return
        shutil.copyfile(path, path.with_suffix(path.suffix + ".old"))
        os.truncate(path, 0)
    except FileNotFoundError:
        return


def tail(path: Path, *, lines: int = 5, limit_bytes: int = 4096) -> str:
    """The last lines of a log, for an error message."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - limit_bytes))
            text = log.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
    return " | ".join(text.strip().splitlines()[-lines:])


def is_alive(pid: int) -> bool:
    """Whether a process with that number exists, a zombie not counted."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _stat_fields(pid)[:1] != ["Z"]


def started_ticks(pid: int) -> int:
    """When the process started, in kernel ticks: with its number this names it for good. 0 if unknown."""
    fields = _stat_fields(pid)
    return int(fields[19]) if len(fields) > 19 else 0


def _stat_fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, which may hold spaces and brackets itself."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def short_name(pid: int) -> str:
    """The name of the program a process runs, as `ps` shows it; empty if unknown."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
    except OSError:
        return ""


def processes_marked(marker: str, *, uids: set[int]) -> Iterator[int]:
    """The processes of these users that carry `marker` in their command line or title.

    Command lines are readable where working directories and open files are not: as root in a container.
    """
    wanted = os.fsencode(marker)
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if entry.stat().st_uid in uids and wanted in (entry / "cmdline").read_bytes():
                yield int(entry.name)
        except OSError:
            continue


def describe_end(return_code: int) -> str:
    """What a return code of subprocess or waitstatus_to_exitcode means, in words."""
    if return_code >= 0:
        return f"ended with status {return_code}"
    try:
        return f"was killed by {signal.Signals(-return_code).name}"
    except ValueError:
        return f"was killed by signal {-return_code}"
