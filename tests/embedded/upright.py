"""A small `echoctl up` in a process of its own, to be killed at will. Run as a script with one JSON argument.

It starts engines and some roles, says on standard output where everything is, and writes what its children do
to a file of events. As root it can give up its rights first, and then is an ordinary user's.
"""

from __future__ import annotations

import json
import logging
import os
import pwd
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

from echo.embedded import (
    Engine,
    EngineFailed,
    Role,
    Supervisor,
    find_engines,
    report_ready,
    roles,
    start_engines,
)
from echo.embedded.binaries import find_postgres, find_valkey


class RolePlan(TypedDict, total=False):
    """What a role of the test does."""

    name: str
    count: int
    rank: int
    grace_seconds: float
    stubborn: bool  # ignores SIGTERM
    hopeless: bool  # fails at once
    silent: bool  # does not report that it is ready
    holds_seconds: float  # after SIGTERM
    keeps: bool  # uses the listening socket


class Plan(TypedDict, total=False):
    """What the script runs."""

    data: str
    events: str
    user: str | None
    postgres: bool
    valkey: bool
    orphan_seconds: float
    roles: list[RolePlan]


def note(events: Path, who: str, what: str, **more: object) -> None:
    """Append an event; one write, so that lines of several processes do not mix."""
    line = json.dumps({"who": who, "what": what, "pid": os.getpid(), "at": time.monotonic(), **more})
    fd = os.open(events, os.O_WRONLY | os.O_APPEND)
    os.write(fd, line.encode() + b"\n")
    os.close(fd)


def make_role(plan: RolePlan, events: Path, listener: socket.socket) -> Role:
    """A role that notes its life and waits for SIGTERM."""
    name = plan["name"]

    def run() -> None:
        stopping = False

        def stop(*_: object) -> None:
            nonlocal stopping
            note(events, name, "asked")
            stopping = not plan.get("stubborn", False)

        signal.signal(signal.SIGTERM, stop)
        print("a child's words never reach standard output")
        note(events, name, "started", listener=listener.fileno(), session=os.getsid(0))
        if plan.get("hopeless"):
            raise RuntimeError("this role cannot work")
        report_ready()
        while not stopping:
            time.sleep(0.01)
        time.sleep(plan.get("holds_seconds", 0.0))
        note(events, name, "ended")

    return Role(
        name=name,
        run=run,
        count=plan.get("count", 1),
        rank=plan.get("rank", 0),
        grace_seconds=plan.get("grace_seconds", 25.0),
        announces=not plan.get("silent", False),
        keeps=(listener,) if plan.get("keeps", False) else (),
    )


def become(user: str) -> None:
    """Give up root's rights for good."""
    # imports what Python imports late, in case its library is where that user cannot read
    find_postgres(), find_valkey()
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def main(plan: Plan) -> int:
    """Run the plan; standard output gets one line when ready, or one with the error."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    if plan.get("user"):
        become(str(plan["user"]))
    roles.ORPHAN_SECONDS = plan.get("orphan_seconds", roles.ORPHAN_SECONDS)
    events = Path(plan["events"])
    try:
        engines = start_engines(
            plan["data"], postgres=plan.get("postgres", False), valkey=plan.get("valkey", False)
        )
    except EngineFailed as failure:
        print(json.dumps({"error": failure.public}), flush=True)
        return 3
    listener = socket.create_server(("127.0.0.1", 0))
    say_ready = ready_line(engines.running, plan)
    supervisor = Supervisor(
        engines.running,
        [make_role(role, events, listener) for role in plan.get("roles", [])],
        on_ready=say_ready,
    )
    code = supervisor.run()
    engines.stop()
    return code


def ready_line(engines: Sequence[Engine], plan: Plan) -> Callable[[], None]:
    """What prints the line that says where everything is."""

    def say() -> None:
        found = find_engines(plan["data"])
        assert found is not None
        line = {
            "pid": os.getpid(),
            "database_url": found.database_url,
            "redis_url": found.redis_url,
            "engines": {engine.name: engine.pid for engine in engines},
        }
        print(json.dumps(line), flush=True)

    return say


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
