"""AodeRelay (crates.io): a relay that servers run today, and a second Echo that listens to it as well."""

from __future__ import annotations

import os
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.servers import Server, eventually
from tests.interop.house import echo_at_home
from tests.interop.peers.peer import RELAYS, Make

FAR, FAR_PORT = "far.test", 3100


@dataclass(frozen=True, slots=True)
class Relay:
    """A relay, and who else listens to it. It answers about itself at its own port alone."""

    url: str
    local: str
    far: Server

    def connected(self) -> str:
        """Its front page, which lists who is connected."""
        with urllib.request.urlopen(self.local, timeout=10) as answer:
            return str(answer.read().decode())


@contextmanager
def _open(home: Path, work: Path, host: str, port: int) -> Iterator[Relay]:
    env = {
        "HOSTNAME": host,
        "ADDR": "127.0.0.1",
        "PORT": str(port),
        "HTTPS": "true",
        "DEBUG": "false",
        "SLED_PATH": str(work / "sled"),
    }
    command = [str(home / "bin/relay")]
    with (work / "aode.log").open("a") as log:
        process = subprocess.Popen(command, cwd=work, stdout=log, stderr=log, env=os.environ | env)
        try:
            local = f"http://127.0.0.1:{port}"
            with echo_at_home(FAR, FAR_PORT) as far:
                relay = Relay(f"https://{host}", local, far)
                eventually(lambda: _answers(relay), seconds=30)
                yield relay
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


def _answers(relay: Relay) -> bool:
    try:
        return bool(relay.connected())
    except OSError:
        return False


def _version(home: Path) -> str:
    """As cargo wrote down what it installed; the program does not tell."""
    return (home / ".crates.toml").read_text().split('"ap-relay ')[1].split()[0]


AODE = Make(
    "aode", "AodeRelay", "relay.test", _open, _version, stories=(RELAYS,), others={FAR: FAR_PORT}, fewest=8
)
