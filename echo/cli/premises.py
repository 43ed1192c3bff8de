"""What `echoctl up` holds while it runs: the data directory, the engines, the sockets its processes share."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from echo.cli.common import with_engines
from echo.config import Config
from echo.embedded import Engines, Estate, inherited_listener, start_engines, take_over_engines
from echo.embedded.succession import Legacy
from echo.errors import EchoError
from echo.server.door import open_listener, prepare_listener
from echo.server.handover import Handover


@dataclass(frozen=True, slots=True)
class Premises:
    """Shapes:  config: names the engines that run; given: as an operator wrote it"""

    config: Config
    given: Config
    data: Path
    engines: Engines
    listener: socket.socket
    handover: Handover

    def legacy(self, estate: Estate) -> Legacy:
        """All of it, and what the supervisor leaves, for the code that comes after this one."""
        return Legacy(
            engines=self.engines.pids,
            children=dict(estate.children),
            lifeline=estate.lifeline,
            lock=self.engines.lock_fd,
            sockets={"listener": self.listener.fileno(), **self.handover.descriptors},
        )


@contextmanager
def opened(config: Config, data: Path, legacy: Legacy | None) -> Iterator[Premises]:
    """All of it, made anew or taken over; given up at the end.

    Raises:  EchoError when the port or the data directory is in use, or an engine does not start
    """
    if legacy is None:
        listener, handover = listen(config), Handover.create()
        engines = start_engines(data, postgres=not config.database.url, valkey=not config.redis.url)
    else:
        listener, handover = socket.socket(fileno=legacy.sockets["listener"]), Handover.of(legacy.sockets)
        engines = take_over_engines(data, legacy.lock, legacy.engines)
    given = config
    try:
        if engines.running:
            config = with_engines(config, engines.database_url, engines.redis_url)
        yield Premises(config, given, data, engines, listener, handover)
    finally:
        engines.stop()


def listen(config: Config) -> socket.socket:
    """The socket that web processes accept on: that of a socket unit of systemd, else one of our own.

    Raises:  EchoError when the port is taken
    """
    given = inherited_listener()
    if given is not None:
        prepare_listener(given)
        return given
    try:
        return open_listener(config.server.host, config.server.port)
    except OSError as error:
        raise EchoError(
            f"Cannot listen on {config.server.host}:{config.server.port}: {error.strerror}. "
            "Is something else running there? Choose another with --port."
        ) from error
