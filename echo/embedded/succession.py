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
from types import FrameType

import msgspec

from echo.embedded.roles import RENEW_SIGNAL

VARIABLE = "ECHO_UP_LEGACY"
TRIAL = "trial"
_was_asked_for = False
_TRIAL_SECONDS = 60.0


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


def is_trial() -> bool:
    """Whether this process shall only show that this code can be started with this configuration."""
    return os.environ.get(VARIABLE) == TRIAL


def fails() -> str:
    """Start the program that is installed now, for a trial. Returns why it is of no use; empty if it is."""
    try:
        done = subprocess.run(  # noqa: S603  our own command line
            _command(),
            env=os.environ | {VARIABLE: TRIAL},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TRIAL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"]
    return lines[-1] if done.returncode else ""


def renew(legacy: Legacy) -> str:
    """Go on as the program that is installed now. Returns only when that is not possible: why."""
    for descriptor in legacy.descriptors:
        os.set_inheritable(descriptor, True)
    signal.signal(RENEW_SIGNAL, signal.SIG_IGN)
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
