"""A supervisor that renews itself: the same process runs the new program, and keeps what it had started.

`exec` puts new code into this process without changing its number, its children or the files it holds open.
So engines go on, the listening socket stays, and the processes of the old code serve until those of the new
one do. What the new code has to know is in one environment variable.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import msgspec

from echo.embedded.roles import RENEW_SIGNAL

VARIABLE = "ECHO_UP_LEGACY"
TRIAL = "trial"
# Starting takes seconds of work, and many more where others want the processor too.
TRIAL_SECONDS = 300.0
# What may come while one program goes and the next one is not there yet: it waits for that.
_KEPT_SIGNALS = (RENEW_SIGNAL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_was_asked_for = False


class Legacy(msgspec.Struct, frozen=True, kw_only=True):
    """What runs and what is open. Numbers of processes by name; numbers of descriptors."""

    engines: dict[str, int]
    children: dict[str, int]
    lifeline: tuple[int, int]
    lock: int
    sockets: dict[str, int]

    @property
    def descriptors(self) -> tuple[int, ...]:
        return (*self.lifeline, self.lock, *self.sockets.values())


def take() -> Legacy | None:
    """What the code before left to this one; None at an ordinary start."""
    text = os.environ.pop(VARIABLE, "")
    # a signal that comes before there is a supervisor to hear it must neither end this process nor be lost
    signal.signal(RENEW_SIGNAL, _remember)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _KEPT_SIGNALS)
    if not text or text == TRIAL:
        return None
    legacy = msgspec.json.decode(text, type=Legacy)
    for descriptor in legacy.descriptors:
        os.set_inheritable(descriptor, False)
    return legacy


def was_asked_for() -> bool:
    """Whether a renewal was asked for before there was a supervisor."""
    return _was_asked_for


def _remember(_number: int, _frame: FrameType | None) -> None:
    global _was_asked_for
    _was_asked_for = True


@contextmanager
def signals_held() -> Iterator[None]:
    """Have signals wait: for the end of the block, or for the program that takes over in it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _KEPT_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _KEPT_SIGNALS)


def is_trial() -> bool:
    """Whether this process shall only show that this code can be started with this configuration."""
    return os.environ.get(VARIABLE) == TRIAL


class Trial:
    """The program that is installed now, started only to see whether it can be. Raises OSError."""

    def __init__(self) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  closed at the end of the trial
        self._deadline = time.monotonic() + TRIAL_SECONDS
        self._process = subprocess.Popen(  # noqa: S603  our own command line
            _command(),
            env=os.environ | {VARIABLE: TRIAL},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
        )

    @property
    def due_at(self) -> float:
        """The monotonic time at which it has taken too long."""
        return self._deadline

    def failure(self) -> str | None:
        """Why the program is of no use, empty if it is of use; None while that is not known."""
        status = self._process.poll()
        if status is None and time.monotonic() < self._deadline:
            return None
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        self.end()
        if status is None:
            return f"it was not ready within {TRIAL_SECONDS:.0f} seconds"
        return (lines or [f"it ended with status {status}"])[-1] if status else ""

    def end(self) -> None:
        """Break it off."""
        self._process.kill()
        self._process.wait()
        self._said.close()


def renew(legacy: Legacy) -> str:
    """Go on as the program that is installed now. Returns only when that is not possible: why."""
    for descriptor in legacy.descriptors:
        os.set_inheritable(descriptor, True)
    sys.stdout.flush()
    command = _command()
    try:
        os.execve(  # noqa: S606  no shell, our own command line
            command[0], command, os.environ | {VARIABLE: msgspec.json.encode(legacy).decode()}
        )
    except OSError as error:
        for descriptor in legacy.descriptors:
            os.set_inheritable(descriptor, False)
        return str(error)


def _command() -> list[str]:
    return [sys.executable, *sys.orig_argv[1:]]
