"""Giving accepted connections to another process, without having read from them.

The parent makes a `Handover` before it forks: a socket pair over which file descriptors travel, and a file
on which the receiving process holds a lock for as long as it lives. The kernel drops the lock with the
process, so a sender knows without asking whether anyone is there.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import socket
import tempfile
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO

log = logging.getLogger(__name__)
# Connections that wait because the receiver is slow; beyond, the sender serves them itself.
_MOST_WAITING = 1024
_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Handover:
    """Both ends, made in the parent: `sender` is for web processes, `receiver` for the streaming process."""

    sender: socket.socket
    receiver: socket.socket
    presence: IO[bytes]

    @classmethod
    def create(cls) -> Handover:
        """A new pair. It is of use between processes forked afterwards only."""
        sender, receiver = socket.socketpair()
        sender.setblocking(False)
        receiver.setblocking(False)
        return cls(sender, receiver, tempfile.TemporaryFile(buffering=0))

    @classmethod
    def of(cls, descriptors: Mapping[str, int]) -> Handover:
        """The pair whose `descriptors` were told by the code that this process ran before."""
        sender, receiver = (socket.socket(fileno=descriptors[name]) for name in ("sender", "receiver"))
        return cls(sender, receiver, os.fdopen(descriptors["presence"], "r+b", buffering=0))

    @property
    def descriptors(self) -> dict[str, int]:
        """The descriptors by name, for the code that comes after."""
        return {
            "sender": self.sender.fileno(),
            "receiver": self.receiver.fileno(),
            "presence": self.presence.fileno(),
        }

    def attend(self) -> None:
        """Say, for as long as this process lives, that it receives. Each process locks its own byte."""
        fcntl.lockf(self.presence, fcntl.LOCK_EX, 1, os.getpid())

    def leave(self) -> None:
        """Say that this process receives no more."""
        fcntl.lockf(self.presence, fcntl.LOCK_UN, 1, os.getpid())

    @property
    def is_attended(self) -> bool:
        """Whether another process receives."""
        try:
            fcntl.lockf(self.presence, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        fcntl.lockf(self.presence, fcntl.LOCK_UN)
        return False

    def close(self) -> None:
        """Close both ends."""
        self.sender.close()
        self.receiver.close()
        self.presence.close()


class Sender:
    """Sends connections, in the order in which they were offered."""

    def __init__(self, handover: Handover) -> None:
        self._handover = handover
        self._waiting: deque[socket.socket] = deque()

    def offer(self, connection: socket.socket) -> bool:
        """Give a connection away. Returns False when it stays ours, because nobody is there to take it."""
        if len(self._waiting) >= _MOST_WAITING or not self._handover.is_attended:
            return False
        self._waiting.append(connection)
        if len(self._waiting) == 1:
            self._flush()
        return True

    def open(self) -> None:
        """Nothing is to be prepared."""

    def close(self) -> None:
        """Drop what could not be sent."""
        if self._waiting:
            asyncio.get_running_loop().remove_writer(self._handover.sender)
        while self._waiting:
            self._waiting.popleft().close()

    def _flush(self) -> None:
        loop, sender = asyncio.get_running_loop(), self._handover.sender
        while self._waiting:
            try:
                socket.send_fds(sender, [b"\0"], [self._waiting[0].fileno()])
            except BlockingIOError:
                loop.add_writer(sender, self._flush)
                return
            except OSError as error:
                log.warning("a connection could not be handed over: %s", error)
            self._waiting.popleft().close()
        loop.remove_writer(sender)


class Receiver:
    """Takes connections that other processes give away."""

    def __init__(self, handover: Handover, welcome: Callable[[socket.socket], None]) -> None:
        self._handover = handover
        self._welcome = welcome

    def open(self) -> None:
        """Begin to take."""
        asyncio.get_running_loop().add_reader(self._handover.receiver, self._take)
        self._handover.attend()

    def close(self) -> None:
        """Take no more."""
        self._handover.leave()
        asyncio.get_running_loop().remove_reader(self._handover.receiver)

    def _take(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                data, fds, _, _ = socket.recv_fds(self._handover.receiver, 1, 1)
            except BlockingIOError:
                return
            except OSError as error:
                log.warning("no connections can be taken over: %s", error)
                return
            if not data:  # every sender is gone
                self.close()
                return
            for fd in fds:
                connection = socket.socket(fileno=fd)
                connection.setblocking(False)
                self._welcome(connection)
