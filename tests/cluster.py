"""A Redis Cluster of our own: the embedded program, several times, on loopback ports."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from echo.embedded.binaries import find_valkey
from echo.slots import slot_of
from tests.e2e.servers import free_port

SLOTS = 16384
PATIENCE_SECONDS = 30.0


@dataclass(slots=True)
class Node:
    """One server of it."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def ask(self, *words: object) -> Any:
        """What it answers."""
        with redis.Redis(port=self.port, socket_timeout=5) as client:
            return client.execute_command(*words)

    @property
    def id(self) -> str:
        return str(self.ask("CLUSTER", "MYID").decode())

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@dataclass(slots=True)
class Cluster:
    """Three primaries that share the slots, and one replica of the first."""

    nodes: list[Node]

    def owner_of(self, key: str) -> Node:
        """The primary that has a key at the beginning."""
        return self.nodes[slot_of(key) * 3 // SLOTS]

    def move(self, key: str, target: Node) -> None:
        """Give the slot of a key, with all that is in it, to another primary."""
        source, slot = self.owner_of(key), slot_of(key)
        target.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", source.id)
        source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", target.id)
        while keys := source.ask("CLUSTER", "GETKEYSINSLOT", slot, 100):
            source.ask("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *keys)
        for node in (target, source, *self.nodes[:3]):
            node.ask("CLUSTER", "SETSLOT", slot, "NODE", target.id)


def wait_for(check: Callable[[], object], what: str) -> None:
    """Until something is so."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not check():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def is_whole(node: Node) -> bool:
    """Whether a server says that all slots are served."""
    return b"cluster_state:ok" in node.ask("CLUSTER", "INFO")


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running cluster; its folder is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="echo-cluster-"))
    nodes: list[Node] = []
    try:
        nodes += [_start(folder / str(number)) for number in range(4)]
        _join(nodes)
        yield Cluster(nodes)
    finally:
        for node in nodes:
            node.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path) -> Node:
    folder.mkdir()
    port = free_port()
    settings = {
        "port": port,
        "cluster-port": free_port(),
        "bind": "127.0.0.1",
        "cluster-enabled": "yes",
        "cluster-node-timeout": 1500,
        "dir": folder,
        "save": "",
        "appendonly": "no",
    }
    words = [str(word) for name, value in settings.items() for word in (f"--{name}", value)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([str(find_valkey().server), *words], stdout=log, stderr=log)
    node = Node(port, folder, process)
    wait_for(lambda: _answers(node), f"Valkey does not start: {(folder / 'log').read_text()}")
    return node


def _answers(node: Node) -> bool:
    try:
        return bool(node.ask("PING"))
    except redis.ConnectionError:
        return False


def _join(nodes: Sequence[Node]) -> None:
    first, replica = nodes[0], nodes[3]
    for number, node in enumerate(nodes[:3]):
        # Of `owner_of`: slot * 3 // SLOTS.
        edges = [-(-SLOTS * part // 3) for part in (number, number + 1)]
        node.ask("CLUSTER", "ADDSLOTSRANGE", edges[0], edges[1] - 1)
        node.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
    for node in nodes[1:]:
        bus_port = node.ask("CONFIG", "GET", "cluster-port")[1].decode()
        first.ask("CLUSTER", "MEET", "127.0.0.1", node.port, bus_port)
    wait_for(lambda: all(len(_known(node)) == 4 for node in nodes), "the servers do not meet")
    wait_for(lambda: first.id in _known(replica), "the replica does not know its primary")
    replica.ask("CLUSTER", "REPLICATE", first.id)
    wait_for(lambda: all(is_whole(node) for node in nodes), "the cluster does not become whole")
    wait_for(
        lambda: replica.ask("INFO", "replication").get("master_link_status") == "up",
        "the replica does not follow",
    )


def _known(node: Node) -> list[str]:
    found = node.ask("CLUSTER", "NODES")
    return [line.split(" ")[0] for line in found.decode().splitlines() if "handshake" not in line]


def _follows(replica: Node) -> bool:
    return bool(replica.ask("INFO", "replication").get("master_link_status") == "up")
