"""Echo's own processes: forked from a parent that has imported everything, whose memory they share."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NoReturn

from echo.embedded.processes import die_with_parent, reap, set_short_name
from echo.embedded.systemd import tell_systemd

# How long a child may take to stop by itself after its parent was killed.
ORPHAN_SECONDS = 5.0

# Says to a child that another one has taken its place: finish, without hurry.
LEAVE_SIGNAL = signal.SIGUSR1
# Says to a supervisor that everything is to be renewed.
RENEW_SIGNAL = signal.SIGUSR2

log = logging.getLogger(__name__)

# In a child: where to say that it is ready, and the byte to say. A process has one supervisor or none.
_announcement: tuple[int, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A kind of process: `count` children that each call `run` and stop at SIGTERM.

    Shapes:  rank: the order of stopping, lowest first, below 90; grace_seconds: from SIGTERM to SIGKILL;
             announces: `run` calls `report_ready` when it serves; keeps: sockets of the parent that this role
             uses, which are closed in every other role; overlaps: two generations may run side by side, and
             the older one leaves at LEAVE_SIGNAL; else it is stopped before the next one starts
    """

    name: str
    run: Callable[[], None]
    count: int = 1
    rank: int = 0
    grace_seconds: float = 25.0
    announces: bool = False
    keeps: tuple[socket.socket, ...] = ()
    overlaps: bool = False


@dataclass(frozen=True, slots=True)
class Inheritance:
    """What a child finds open: the lifeline, which ends with the parent, and the way to say it is ready."""

    lifeline: int
    ready: int
    foreign_fds: tuple[int, ...]  # the parent's own ends and wake-up pipe, to be closed
    sockets: tuple[socket.socket, ...]  # of all roles together


class RoleChild:
    """One child of a role, as the supervisor handles it."""

    def __init__(self, role: Role, number: int) -> None:
        self.role = role
        self.number = number
        self.name = role.name if role.count == 1 else f"{role.name} {number}"
        self.stop_rank = role.rank
        self.grace_seconds = role.grace_seconds
        self.inheritance: Inheritance | None = None
        self.mark = 0  # the byte this child says when it is ready
        self._pid: int | None = None
        self._status: int | None = None

    @property
    def pid(self) -> int | None:
        """The number of the process while it runs."""
        return self._pid if self._pid is not None and self.exit_status() is None else None

    def spawn(self) -> None:
        """Fork the child; nothing but `run` happens in it."""
        assert self.inheritance is not None
        parent_pid = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            _live(self.role, self.name, self.mark, self.inheritance, parent_pid)
        self._pid, self._status = pid, None

    def adopt(self, pid: int) -> None:
        """Take charge of a child that this process started before it was renewed."""
        self._pid, self._status = pid, None

    def successor(self) -> RoleChild:
        """The child that shall stand in the place of this one; not started yet."""
        child = RoleChild(self.role, self.number)
        child.mark, child.inheritance = self.mark, self.inheritance
        return child

    def exit_status(self) -> int | None:
        """How the process ended, a signal as a negative number; None while it runs or was never started."""
        if self._pid is not None and self._status is None:
            self._status = reap(self._pid)
        return self._status

    def request_stop(self, *, urgent: bool = False) -> None:
        """Ask the process to finish what it has begun, or `urgent` to end now."""
        if (pid := self.pid) is not None:
            os.kill(pid, signal.SIGKILL if urgent else signal.SIGTERM)

    def request_leave(self) -> None:
        """Ask the process to make room for its successor."""
        if (pid := self.pid) is not None:
            os.kill(pid, LEAVE_SIGNAL if self.role.overlaps else signal.SIGTERM)

    def kill(self) -> None:
        """End the process at once."""
        self.request_stop(urgent=True)


def children_of(roles: Iterable[Role]) -> list[RoleChild]:
    """The children to run, role by role."""
    return [RoleChild(role, number) for role in roles for number in range(1, role.count + 1)]


def report_ready() -> None:
    """Tell the supervisor that this process serves; without one, systemd, if it wants to know."""
    if _announcement is not None:
        os.write(*_announcement)
    else:
        tell_systemd("READY=1")


def is_supervised() -> bool:
    """Whether this process has a supervisor, which lets another one serve when this one leaves."""
    return _announcement is not None


def _live(role: Role, name: str, mark: int, inheritance: Inheritance, parent_pid: int) -> NoReturn:
    """The whole life of a child; never returns into the parent's code."""
    code = 1
    try:
        _settle(role, name, mark, inheritance, parent_pid)
        role.run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        log.exception("%s failed", name)
    finally:
        logging.shutdown()
        os._exit(code)


def _settle(role: Role, name: str, mark: int, inheritance: Inheritance, parent_pid: int) -> None:
    """Leave everything of the parent behind that is not meant for this child."""
    global _announcement
    os.setsid()  # Ctrl-C in the terminal is the supervisor's to handle
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(RENEW_SIGNAL, signal.SIG_IGN)
    die_with_parent(signal.SIGTERM, parent_pid)
    set_short_name(f"echo-{name}".replace(" ", "-"))
    os.dup2(2, 1)  # standard output is the caller's
    for fd in inheritance.foreign_fds:
        os.close(fd)
    for listener in inheritance.sockets:
        if listener not in role.keeps:
            listener.close()
    threading.Thread(target=_watch, args=(inheritance.lifeline,), name="lifeline", daemon=True).start()
    _announcement = (inheritance.ready, bytes([mark]))


def _watch(lifeline: int) -> None:
    """End this process when its parent has been gone for a while and it did not stop by itself."""
    os.read(lifeline, 1)  # nothing is ever written: returns when the parent's end is closed by its death
    if sys.platform != "linux":  # where the kernel has not told us already
        os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(ORPHAN_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
