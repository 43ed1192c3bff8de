"""Directories the engines' user may enter, and a supervisor in a process of its own."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from echo.embedded.account import account_named
from echo.embedded.binaries import find_postgres
from echo.embedded.processes import is_alive
from tests.embedded.upright import Plan

AS_ROOT = os.geteuid() == 0


def ordinary_users() -> list[str]:
    """As root a user to become in a test, provided that the programs can be read by others than root."""
    nobody = account_named("nobody") if AS_ROOT else None
    return ["nobody"] if nobody is not None and find_postgres().usable_by(nobody) else []


# Whose process the supervisor is: ours, and as root an ordinary user's as well.
USERS = [None, *ordinary_users()]


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A short directory that every user may pass through, unlike pytest's own as root."""
    path = Path(tempfile.mkdtemp(prefix="echo-test-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


class Upright:
    """A running supervisor: the line it said when ready, its events, its log."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.events_path = Path(plan["events"])
        self.events_path.touch()
        self.log_path = folder / f"supervisor-{time.monotonic_ns()}.log"
        if plan.get("user"):
            os.chown(self.events_path, pwd.getpwnam(str(plan["user"])).pw_uid, -1)
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.embedded.upright", json.dumps(plan)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "PYTHONPATH": os.getcwd(), "PYTHONUNBUFFERED": ""},
            )
        assert self.process.stdout is not None
        self.said: dict[str, Any] = json.loads(self.process.stdout.readline() or "{}")

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    def events(self, who: str | None = None, what: str | None = None) -> list[dict[str, Any]]:
        """The events so far, oldest first."""
        found = [json.loads(line) for line in self.events_path.read_text().splitlines()]
        return [event for event in found if who in (None, event["who"]) and what in (None, event["what"])]

    def wait_for(self, condition: Callable[[], object], *, seconds: float = 60.0) -> None:
        """Wait until something is so, or fail with the log."""
        wait_until(condition, seconds=seconds, explain=lambda: self.log)

    def pids(self) -> set[int]:
        """Every process the supervisor is known to have started, dead ones included."""
        return {event["pid"] for event in self.events()} | set(self.said["engines"].values())

    def close(self) -> None:
        """End whatever is left."""
        if self.process.poll() is None:
            self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()
        if "engines" in self.said:
            wait_until(lambda: all_gone(self.pids()))

    def stop(self, *, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask the supervisor to stop. Returns its exit status; it must have said one line and no more."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        rest, _ = self.process.communicate(timeout=60)
        assert rest == ""
        return self.process.returncode

    def kill(self) -> None:
        """End the supervisor as a crash would."""
        self.process.kill()
        self.process.communicate(timeout=60)


def wait_until(
    condition: Callable[[], object], *, seconds: float = 60.0, explain: Callable[[], str] = str
) -> None:
    """Wait until something is so, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"this did not come about: {explain()}"
        time.sleep(0.01)


def all_gone(pids: set[int]) -> bool:
    """Whether none of these processes is left."""
    return not any(is_alive(pid) for pid in pids)


Start = Callable[..., Upright]


@pytest.fixture
def start(scratch: Path) -> Iterator[Start]:
    """Start a supervisor with a plan; whatever is left at the end of the test is killed."""
    running: list[Upright] = []

    def begin(**plan: Any) -> Upright:
        user = plan.get("user")
        data = scratch / "da ta"
        data.mkdir(mode=0o700, exist_ok=True)
        if user:
            os.chown(data, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        whole = Plan(data=str(data), events=str(scratch / "events"))
        whole.update(plan)  # type: ignore[typeddict-item]
        running.append(Upright(whole, scratch))
        return running[-1]

    yield begin
    for upright in running:
        upright.close()
