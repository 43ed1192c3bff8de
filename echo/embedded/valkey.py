"""The embedded Valkey: append-only file, no eviction, Unix socket only."""

from __future__ import annotations

import logging
import os
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from echo.embedded.binaries import ValkeyBinary
from echo.embedded.engine import Engine
from echo.embedded.errors import EngineFailed
from echo.embedded.home import Home
from echo.embedded.processes import tail

SOCKET_NAME = "valkey.sock"

_PING_TIMEOUT_SECONDS = 1.0
_FILE_COMPLAINT = "append only file"

_SETTINGS: Mapping[str, str] = {
    "port": "0",
    "unixsocketperm": "700",
    "protected-mode": "yes",
    "daemonize": "no",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": '""',
    "maxmemory-policy": "noeviction",
    "auto-aof-rewrite-min-size": "16mb",
    # timers per second while idle; clients are served at once whatever it is
    "hz": "5",
    "io-threads": "1",
    # the command line then stays as we gave it, and names this home
    "set-proc-title": "no",
    "loglevel": "notice",
    "always-show-logo": "no",
}

log = logging.getLogger(__name__)


class ValkeyEngine(Engine):
    """Valkey on a Unix socket."""

    name: ClassVar[str] = "Valkey"
    stop_rank: ClassVar[int] = 90
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM  # writes its file out, then ends
    urgent_signal: ClassVar[signal.Signals] = signal.SIGKILL  # loses at most the last second

    def __init__(self, home: Home, binary: ValkeyBinary, *, inherited_fds: Sequence[int] = ()) -> None:
        super().__init__(home, inherited_fds=inherited_fds)
        self._binary = binary
        self.socket_path = home.sockets / SOCKET_NAME

    def prepare(self) -> Sequence[str]:
        """Make the data directory and write the settings; set aside a file that could not be read."""
        data = self.home.make_private("valkey")
        if self._refused_file():
            self._set_file_aside()
        settings = {
            **_SETTINGS,
            "dir": _quoted(str(data)),
            "unixsocket": _quoted(str(self.socket_path)),
        }
        local = self.home.path / "valkey.local.conf"
        lines = [f"{name} {value}" for name, value in settings.items()]
        if local.exists():
            lines.append(f"include {_quoted(str(local))}")
        header = "# Written by Echo at every start; put your own settings into valkey.local.conf."
        config = self.home.write_config("valkey.conf", "\n".join([header, *lines, ""]))
        return [str(self._binary.server), str(config)]

    def answers(self) -> bool:
        """Whether the server answers PING; while it loads its file it says otherwise."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_PING_TIMEOUT_SECONDS)
                connection.connect(os.fsencode(self.socket_path))
                connection.sendall(b"PING\r\n")
                return self.pid is not None and connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def wait_ready(self, *, timeout_seconds: float = 300.0) -> None:
        """Wait until the engine takes commands; when its file was unreadable, start again without it."""
        try:
            super().wait_ready(timeout_seconds=timeout_seconds)
        except EngineFailed:
            if not self._refused_file():
                raise
            self.spawn()
            super().wait_ready(timeout_seconds=timeout_seconds)

    def _refused_file(self) -> bool:
        """Whether the last process ended because it could not read the append-only file."""
        return self.exit_status() == 1 and _FILE_COMPLAINT in tail(self.log_path).lower()

    def _set_file_aside(self) -> None:
        """Keep an unreadable file out of the way; only speed is lost, what must last is in PostgreSQL."""
        folder = self.home.path / "valkey" / "appendonlydir"
        aside = folder.with_name(f"{folder.name}.unreadable-{time.time_ns()}")
        log.warning("Valkey cannot read its file: %s is set aside as %s", folder, aside)
        folder.rename(aside)


def redis_url(sockets: Path) -> str:
    """The URL of the embedded Valkey, as redis-py reads it; arq does not decode it, so give arq the path."""
    return f"unix://{quote(str(sockets / SOCKET_NAME))}?db=0"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
