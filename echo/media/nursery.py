"""The program that forks a child for each image; `echo.media.children` starts and asks it.

It has imported what a child needs, so that a child costs milliseconds and not a quarter of a second; and it
never reads a byte of a file, so that every child begins as the one before it did. Standard input is a socket:
a message is the limits and two descriptors, the one for the file and the picture, the other for the fate.
Whoever sent them closes the fate, and the child is killed; the child ends, and its status is written there.
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from echo.media import child
from echo.media.seccomp import end_with_parent
from echo.memory import give_large_memory_back

# Of a message: limits as JSON are a few hundred.
MESSAGE_BYTES = 4096
DESCRIPTORS = 256  # no process here has a higher one
NICE = 5  # whoever waits for a page goes first

_PR_SET_NAME = 15
_NAME = b"echo-pictures"

# Reads the file from one descriptor and writes the picture to the same; the process ends when it returns.
Work = Callable[[bytes, int], None]


class Nursery:
    """Children by process number, each with the socket that is told its fate."""

    def __init__(self, control: socket.socket, libc: ctypes.CDLL, work: Work) -> None:
        self._control = control
        self._libc = libc
        self._work = work
        self._fates: dict[int, socket.socket] = {}
        self._woken, self._waking = os.pipe()
        self._takes_more = True

    def serve(self) -> None:
        """Fork until nobody can send any more; then no child is left."""
        for end in (self._woken, self._waking):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waking)
        while self._takes_more or self._fates:
            self._wait()
            self._bury()

    def _wait(self) -> None:
        """Until something happens: a message, a child that has ended, a fate that nobody waits for."""
        watched = select.poll()
        watched.register(self._woken, select.POLLIN)
        if self._takes_more:
            watched.register(self._control, select.POLLIN)
        for fate in self._fates.values():
            watched.register(fate, 0)  # tells its end in any case
        happened = {number for number, _ in watched.poll()}
        if self._woken in happened:
            with suppress(BlockingIOError):
                os.read(self._woken, 512)
        for pid, fate in self._fates.items():
            if fate.fileno() in happened:
                os.kill(pid, signal.SIGKILL)  # ours until `_bury` has seen its end
        if self._takes_more and self._control.fileno() in happened:
            self._receive()

    def _receive(self) -> None:
        told, opened, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 2)
        if not told:  # whoever started this is gone
            self._takes_more = False
            for pid in self._fates:
                os.kill(pid, signal.SIGKILL)
        elif len(opened) == 2:
            self._fork(told, *opened)

    def _fork(self, limits: bytes, file: int, fate: int) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._live(limits, file, parent)
        os.close(file)
        self._fates[pid] = socket.socket(fileno=fate)

    def _live(self, limits: bytes, file: int, parent: int) -> NoReturn:
        """The whole life of a child: all it has is the file."""
        status = 1
        try:
            end_with_parent(self._libc, parent)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(file, 0)
            os.closerange(3, DESCRIPTORS)
            self._work(limits, parent)
            status = 0
        finally:
            os._exit(status)

    def _bury(self) -> None:
        while self._fates:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            fate = self._fates.pop(pid)
            with suppress(OSError):
                fate.send(str(os.waitstatus_to_exitcode(status)).encode())
            fate.close()
            if os.WIFSIGNALED(status):
                # All children have the same addresses in memory. Who guesses wrong crashes one, and finds
                # others the next time.
                self._takes_more = False
                self._control.close()


def main() -> None:
    """Serve standard input."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NAME, _NAME, 0, 0, 0)
    end_with_parent(libc, int(sys.argv[1]))
    os.setsid()  # Ctrl-C in a terminal is for those who have work to finish
    os.environ.clear()
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    child.prepare()
    give_large_memory_back()
    gc.collect()
    gc.freeze()
    Nursery(socket.socket(fileno=0), libc, child.work).serve()


if __name__ == "__main__":
    main()
