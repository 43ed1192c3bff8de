"""Children that each convert one image, forked by a program that this process starts when it first needs one.

That program (`echo.media.nursery`) ends with this process, and after a while without work. When it is gone,
whatever the reason, what it had begun is begun again by the next one.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import echo
from echo.errors import Unavailable

IDLE_SECONDS = 60.0
_PROGRAM = ("-P", "-s", "-m", "echo.media.nursery")
_TRIES = 3
_END_SECONDS = 5.0
_LOOK_SECONDS = 1.0
_PIECE_BYTES = 1 << 18
_IMPORT_ROOT = str(Path(echo.__file__).resolve().parent.parent)


class TooMuch(Exception):
    """A child says more than it may."""


class _Gone(Exception):
    """The program has ended before a child was done."""


async def ask(limits_json: bytes, data: bytes, *, most_bytes: int) -> tuple[bytes, int]:
    """Have a child convert a file; broken off, it is killed.

    Returns: what it said, and the status it ended with
    Raises:  TooMuch; Unavailable when the program does not stay alive
    """
    for _ in range(_TRIES):
        with suppress(_Gone), _used() as nursery:
            return await _ask(nursery, limits_json, data, most_bytes)
    raise Unavailable(detail="the program that converts images does not stay alive")


async def _ask(nursery: _Nursery, limits_json: bytes, data: bytes, most_bytes: int) -> tuple[bytes, int]:
    file, its_file = socket.socketpair()
    fate, its_fate = socket.socketpair()
    with file, fate:
        with its_file, its_fate:
            nursery.send(limits_json, its_file, its_fate)
        file.setblocking(False)
        fate.setblocking(False)
        loop = asyncio.get_running_loop()
        # Where it has ended early, its status tells.
        with suppress(BrokenPipeError, ConnectionResetError):
            await loop.sock_sendall(file, data)
            file.shutdown(socket.SHUT_WR)
        answer = await _collect(file, most_bytes)
        status = await loop.sock_recv(fate, 16)
    if not status:
        raise _Gone
    return answer, int(status)


async def _collect(file: socket.socket, most_bytes: int) -> bytes:
    loop = asyncio.get_running_loop()
    pieces: list[bytes] = []
    total_bytes = 0
    with suppress(ConnectionResetError):  # it has ended without reading all of the file
        while piece := await loop.sock_recv(file, _PIECE_BYTES):
            pieces.append(piece)
            total_bytes += len(piece)
            if total_bytes > most_bytes:
                raise TooMuch
    return b"".join(pieces)


class _Nursery:
    """The running program. The kernel ends it with the thread that started it, so that is the main thread."""

    def __init__(self) -> None:
        self._control, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setblocking(False)
        with its:
            self.process = subprocess.Popen(  # noqa: S603  no shell, our own command
                [sys.executable, *_PROGRAM, str(os.getpid())],
                stdin=its.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={"PYTHONPATH": _IMPORT_ROOT, "LANG": "C.UTF-8"},
            )
        self.users = 0
        self.resting: asyncio.TimerHandle | None = None

    def send(self, limits_json: bytes, file: socket.socket, fate: socket.socket) -> None:
        """Ask for a child. Raises _Gone when nobody is there."""
        try:
            socket.send_fds(self._control, [limits_json], [file.fileno(), fate.fileno()])
        except OSError as error:
            raise _Gone from error

    def leave(self) -> None:
        """Ask for nothing any more: it ends."""
        self._control.close()


_nursery: _Nursery | None = None
_leaving: list[subprocess.Popen[bytes]] = []


@contextmanager
def _used() -> Iterator[_Nursery]:
    """The program, started if need be; it is let go when it has ended, and when it was long without work."""
    global _nursery
    if _nursery is None:
        _nursery = _Nursery()
    nursery = _nursery
    if nursery.resting is not None:
        nursery.resting.cancel()
    nursery.users += 1
    try:
        yield nursery
    except _Gone:
        _let_go(nursery)
        raise
    finally:
        nursery.users -= 1
        if not nursery.users:
            nursery.resting = asyncio.get_running_loop().call_later(IDLE_SECONDS, _let_go, nursery)


def _let_go(nursery: _Nursery) -> None:
    global _nursery
    if nursery is _nursery:
        _nursery = None
        nursery.leave()
        _leaving.append(nursery.process)
        _bury()


def _bury() -> None:
    """See the end of those that were let go, so that no dead process stays behind."""
    _leaving[:] = [process for process in _leaving if process.poll() is None]
    if _leaving:
        with suppress(RuntimeError):  # at the end of this process there is no loop
            asyncio.get_running_loop().call_later(_LOOK_SECONDS, _bury)


@atexit.register
def _end() -> None:
    if _nursery is not None:
        _let_go(_nursery)
    for process in _leaving:
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
