"""A site on pubby (PyPI), behind Flask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.interop.peers.app import APPS, AppPeer, installed_version, running
from tests.interop.peers.peer import Make, Peer
from tests.interop.picture import write_picture


@contextmanager
def _open(home: Path, work: Path, host: str, port: int) -> Iterator[Peer]:
    write_picture(work / "picture.png")
    command = [str(home / "bin/python"), str(APPS / "pubby_app.py")]
    places = [host, str(port), str(port + 1), str(work)]
    with running([*command, *places], work / "pubby.log", folder=work):
        yield AppPeer(f"pia@{host}", port + 1)


PUBBY = Make("pubby", "pubby", "pubby.test", _open, lambda home: installed_version(home, "pubby"))
