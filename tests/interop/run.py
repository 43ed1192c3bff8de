"""Play the story with one peer, in a network of its own: `python -m tests.interop.run fedify`.

What was seen is kept beside the peer, as JSON: its version, the day, and a row for each thing.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.interop.house import ECHO, ECHO_PORT, UNSHARE, echo_at_home, settle
from tests.interop.makes import MAKES, peers_folder
from tests.interop.story import Scene, play_all

PEER_PORT = 4000
# In the order in which they are played.
ROWS = ("rows", "rows_of_posts", "rows_of_partings", "rows_of_documents", "rows_of_relays")
# A story is bounded in time; what hangs ends with its namespace.
LONGEST_SECONDS = 900


def play(name: str) -> dict[str, Any]:
    """Have the story played in namespaces of its own; what was seen."""
    done = subprocess.run(
        [*UNSHARE, sys.executable, "-m", "tests.interop.run", "--here", name],
        stdout=subprocess.PIPE,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"the story with {name} broke off"
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    seen_file(name).write_text(json.dumps(seen, indent=1, ensure_ascii=False))
    return seen


def seen_file(name: str) -> Path:
    """Where what was seen last of a peer is kept."""
    return peers_folder() / f"{name}.seen.json"


def play_here(name: str) -> dict[str, Any]:
    """The story, in the namespaces of this process."""
    for module in ROWS:
        importlib.import_module(f"tests.interop.{module}")
    make = MAKES[name]
    home = peers_folder() / name
    with tempfile.TemporaryDirectory(prefix="interop ") as folder:
        work = Path(folder)
        work.chmod(0o755)
        settle({ECHO: ECHO_PORT, make.host: PEER_PORT, **make.others}, work)
        with echo_at_home() as echo, make.open(home, work, make.host, PEER_PORT) as peer:
            scene = Scene(echo, peer, echo.person("alice"), echo.person("lola"))
            rows = play_all(scene, make.stories)
        for log in sorted(work.glob("*.log")):
            if kept := os.environ.get("ECHO_INTEROP_LOG"):
                Path(f"{kept}.{log.stem}").write_bytes(log.read_bytes())
    day = datetime.now(UTC).date().isoformat()
    return {"peer": make.title, "version": make.version(home), "day": day, "rows": rows}


if __name__ == "__main__":
    if sys.argv[1] == "--here":
        print(json.dumps(play_here(sys.argv[2])))
    else:
        for seen in play(sys.argv[1])["rows"]:
            named = f"{seen['name']:24} {seen['direction']:14}"
            print(f"{seen['result']:28} {named} {seen['seconds']:5} {seen['note']}")
