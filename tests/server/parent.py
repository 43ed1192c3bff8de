"""The processes of a server over given engines, under a supervisor, as `echoctl up` runs them.

Run as a script with a configuration as JSON; says on standard output where it listens.
"""

from __future__ import annotations

import json
import logging
import sys
from functools import partial
from pathlib import Path

import msgspec

from echo.config import Config
from echo.embedded import Role, Supervisor
from echo.server.door import open_listener
from echo.server.handover import Handover
from echo.server.roles import run_streaming, run_web


def main() -> int:
    """Run until SIGTERM."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    config = msgspec.json.decode(sys.argv[1], type=Config)
    data = Path(sys.argv[2])
    listener, handover = open_listener("127.0.0.1", 0), Handover.create()
    web = partial(run_web, config, data, listener, handover)
    streaming = partial(run_streaming, config, data, handover)
    roles = [
        Role("web", web, announces=True, keeps=(listener, handover.sender)),
        Role("streaming", streaming, announces=True, keeps=(handover.receiver,)),
    ]

    def say() -> None:
        sys.stdout.write(json.dumps({"port": listener.getsockname()[1]}) + "\n")
        sys.stdout.flush()

    return Supervisor([], roles, on_ready=say).run()


if __name__ == "__main__":
    sys.exit(main())
