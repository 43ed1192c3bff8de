"""`echoctl reload`: replace the processes of a running `echoctl up` one after another."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec

from echo import __version__
from echo.cli.common import Common, say
from echo.cli.numbers import Seconds
from echo.embedded import RENEW_SIGNAL, find_engines
from echo.errors import EchoError

FILE = "renewals.json"
_STEP_SECONDS = 0.1


class Renewals(msgspec.Struct, frozen=True):
    """What came of the last one. `failure` is empty when everything was replaced."""

    count: int = 0
    version: str = ""
    failure: str = ""


def note(data: Path, failure: str) -> None:
    """Remember that a renewal has ended."""
    renewals = Renewals(read(data).count + 1, __version__, failure)
    fresh = data / f"{FILE}.new"
    fresh.write_bytes(msgspec.json.encode(renewals))
    fresh.replace(data / FILE)


def read(data: Path) -> Renewals:
    """The last renewal of the server in this data directory."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=Renewals)
    except (FileNotFoundError, msgspec.DecodeError):
        return Renewals()


def reload(*, wait_seconds: Seconds = 600.0, common: Common = Common()) -> int:
    """Put the installed code and the present configuration to work without losing a request.

    The database is migrated while the old processes serve; then each of them is replaced when its successor
    serves. Engines, the port and the data directory stay as they are. If the new code cannot be used, the old
    processes go on.

    Parameters
    ----------
    wait_seconds: How long to wait until everything is replaced.
    """
    running = find_engines(common.data)
    if running is None:
        raise EchoError(f"No Echo runs in {common.data}")
    before, until = read(common.data), time.monotonic() + wait_seconds
    os.kill(running.owner_pid, RENEW_SIGNAL)
    while (after := read(common.data)).count == before.count:
        if find_engines(common.data) is None:
            raise EchoError("Echo has stopped")
        if time.monotonic() > until:
            raise EchoError("It is not done yet; the log of Echo says what it does")
        time.sleep(_STEP_SECONDS)
    text = f"Nothing more is replaced: {after.failure}" if after.failure else f"Echo {after.version} serves"
    say(common, msgspec.to_builtins(after), text)
    return int(bool(after.failure))
