"""Accepting connections, and deciding by the first bytes, which are only looked at, whose they are."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable

from echo.server.handover import Sender

log = logging.getLogger(__name__)
STREAMING = b"GET /api/v1/streaming"
_AT_ONCE = 64
_PAUSE_SECONDS = 0.5
_MOST_SILENT = 2000
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
Welcome = Callable[[socket.socket], None]


def open_listener(host: str, port: int) -> socket.socket:
    """A listening socket, to be opened by the parent and used by its children."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server(
        (host, port), family=family, backlog=2048, dualstack_ipv6=family == socket.AF_INET6 and host == "::"
    )
    prepare_listener(listener)
    return listener


def prepare_listener(listener: socket.socket) -> None:
    """Set what the connections of a listener inherit."""
    listener.setblocking(False)
    # Data that a vanished peer does not confirm ends them after a minute.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 60_000)


class Door:
    """Accepts on a listening socket that other processes may share."""

    def __init__(self, listener: socket.socket, welcome: Welcome) -> None:
        self._listener = listener
        self._welcome = welcome
        self._pause: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Begin to accept."""
        self._pause = None
        self._listener.setblocking(False)
        asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def close(self) -> None:
        """Accept no more. The listener itself belongs to the caller."""
        asyncio.get_running_loop().remove_reader(self._listener)
        if self._pause is not None:
            self._pause.cancel()

    def _accept(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                connection, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if error.errno in _EXHAUSTED:
                    self._wait(error)
                    return
                continue  # this one was gone before we came
            connection.setblocking(False)
            self._welcome(connection)

    def _wait(self, error: OSError) -> None:
        """Nothing can be opened now: leave the callers in the kernel's queue for a moment."""
        log.error("connections cannot be accepted: %s", error)
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        self._pause = loop.call_later(_PAUSE_SECONDS, self.open)


class Sorter:
    """Waits for the first bytes of a connection; who asks for streaming goes to the process for it.

    Nothing is consumed, so that whoever gets the connection just serves it. What cannot be told apart at
    once, a request line in pieces, is served here, where streaming is answered as well.
    """

    def __init__(self, sender: Sender, serve: Welcome, *, first_byte_seconds: float) -> None:
        self._sender = sender
        self._serve = serve
        self._first_byte_seconds = first_byte_seconds
        self._silent: dict[socket.socket, asyncio.TimerHandle] = {}

    def open(self) -> None:
        """Nothing is to be prepared."""

    def welcome(self, connection: socket.socket) -> None:
        """Take a new connection."""
        if not self._sort(connection):
            if len(self._silent) >= _MOST_SILENT:
                self._give_up(next(iter(self._silent)))  # the one that has been silent for longest
            loop = asyncio.get_running_loop()
            loop.add_reader(connection, self._heard, connection)
            self._silent[connection] = loop.call_later(self._first_byte_seconds, self._give_up, connection)

    def close(self) -> None:
        """Have those served here that have not said anything yet: they may be about to."""
        for connection in list(self._silent):
            self._let_go(connection)
            self._serve(connection)

    def _sort(self, connection: socket.socket) -> bool:
        """Whether it was possible."""
        try:
            head = connection.recv(len(STREAMING), socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            connection.close()
            return True
        if not head:
            connection.close()
        elif head != STREAMING or not self._sender.offer(connection):
            self._serve(connection)
        return True

    def _heard(self, connection: socket.socket) -> None:
        self._let_go(connection)
        if not self._sort(connection):
            self.welcome(connection)

    def _give_up(self, connection: socket.socket) -> None:
        self._let_go(connection)
        connection.close()

    def _let_go(self, connection: socket.socket) -> None:
        asyncio.get_running_loop().remove_reader(connection)
        self._silent.pop(connection).cancel()
