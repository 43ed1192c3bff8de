"""A bovine_herd server (PyPI), which answers nobody who does not sign."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.interop.peers.app import APPS, AppPeer, installed_version, running
from tests.interop.peers.peer import Make, Peer


@contextmanager
def _open(home: Path, work: Path, host: str, port: int) -> Iterator[Peer]:
    command = [str(home / "bin/python"), str(APPS / "bovine_app.py")]
    places = [host, str(port), str(port + 1), str(work)]
    with running([*command, *places], work / "bovine.log", folder=work):
        yield AppPeer(f"bo@{host}", port + 1)


def _version(home: Path) -> str:
    return installed_version(home, "bovine-herd")


BOVINE = Make("bovine", "bovine_herd", "bovine.test", _open, _version)
