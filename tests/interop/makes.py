"""The servers of other makes that the story knows, and where they are."""

from __future__ import annotations

import os
from pathlib import Path

from tests.interop.peers.aode import AODE
from tests.interop.peers.bovine import BOVINE
from tests.interop.peers.fedify import FEDIFY
from tests.interop.peers.peer import Make
from tests.interop.peers.pubby import PUBBY

MAKES: dict[str, Make] = {make.name: make for make in (FEDIFY, PUBBY, BOVINE, AODE)}
VARIABLE = "ECHO_INTEROP_PEERS"


def peers_folder() -> Path:
    """Where get_peers.py has put them."""
    return Path(os.environ.get(VARIABLE, "/nonexistent"))
