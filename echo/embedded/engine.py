"""The life of an engine's process: start, be ready, stop. What differs is in `postgres` and `valkey`."""

from __future__ import annotations

import logging
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from echo.embedded.errors import EngineFailed
from echo.embedded.home import Home
from echo.embedded.processes import Adopted, bound_log, describe_end, spawn, tail

_FIRST_STEP_SECONDS = 0.002
_LONGEST_STEP_SECONDS = 0.05
_TELL_AFTER_SECONDS = 3.0

log = logging.getLogger(__name__)


class Engine(ABC):
    """A server program that lives and dies with this process.

    Shapes:  inherited_fds: kept open in the engine, such as the lock of its data directory
    """

    name: ClassVar[str]
    stop_rank: ClassVar[int]  # lower ranks are stopped first
    stop_signal: ClassVar[signal.Signals]
    urgent_signal: ClassVar[signal.Signals]
    grace_seconds: float = 20.0

    def __init__(self, home: Home, *, inherited_fds: Sequence[int] = ()) -> None:
        self.home = home
        self._inherited_fds = tuple(inherited_fds)
        self._process: subprocess.Popen[bytes] | Adopted | None = None

    @property
    def pid(self) -> int | None:
        """The number of the engine's process while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def log_path(self) -> Path:
        return self.home.log_path(self.name.lower())

    @abstractmethod
    def prepare(self) -> Sequence[str]:
        """Make everything the engine needs on disk; returns the command that starts it."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether the engine takes commands now."""

    def spawn(self) -> None:
        """Start the process; it is ready some time later."""
        bound_log(self.log_path)
        self._process = spawn(
            self.prepare(),
            account=self.home.account,
            log_path=self.log_path,
            death_signal=self.stop_signal,
            inherited_fds=self._inherited_fds,
        )

    def adopt(self, pid: int) -> None:
        """Take charge of the process that this one started before it was renewed."""
        self._process = Adopted(pid)

    def wait_ready(self, *, timeout_seconds: float = 300.0) -> None:
        """Wait until the engine takes commands; replaying a long log after a crash may take its time.

        Raises:  EngineFailed when it ends instead or takes too long
        """
        begun, step, told = time.monotonic(), _FIRST_STEP_SECONDS, False
        while not self.answers():
            if (code := self.exit_status()) is not None:
                raise EngineFailed(f"{self.name} {describe_end(code)} while starting: {tail(self.log_path)}")
            waited = time.monotonic() - begun
            if waited > timeout_seconds:
                raise EngineFailed(f"{self.name} is not ready after {waited:.0f} s: see {self.log_path}")
            if waited > _TELL_AFTER_SECONDS and not told:
                log.info("%s is still starting", self.name)
                told = True
            time.sleep(step)
            step = min(step * 1.5, _LONGEST_STEP_SECONDS)

    def exit_status(self) -> int | None:
        """How the process ended, a signal as a negative number; None while it runs or was never started."""
        return self._process.poll() if self._process is not None else None

    def request_stop(self, *, urgent: bool = False) -> None:
        """Ask the process to stop, `urgent` at the cost of a recovery at the next start."""
        if self.pid is not None and self._process is not None:
            self._process.send_signal(self.urgent_signal if urgent else self.stop_signal)

    def kill(self) -> None:
        """End the process at once."""
        if self._process is not None:
            self._process.kill()

    def stop(self) -> None:
        """Stop and wait: politely, then urgently, then at once."""
        if self._process is None:
            return
        self.request_stop()
        for harder, seconds in ((self._stop_urgently, self.grace_seconds), (self.kill, 5.0)):
            try:
                self._process.wait(seconds)
                return
            except subprocess.TimeoutExpired:
                log.warning("%s does not stop, asking harder", self.name)
                harder()
        self._process.wait()

    def _stop_urgently(self) -> None:
        self.request_stop(urgent=True)
