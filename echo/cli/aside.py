"""Work done in a process of its own, which takes the memory it needed with it when it ends."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

from echo import db
from echo.embedded.processes import describe_end, die_with_parent
from echo.errors import EchoError

log = logging.getLogger(__name__)

T = TypeVar("T")


def aside(work: Callable[[], T]) -> T:
    """What `work` returns, done in a fork of this process: nothing else that it does to memory stays here.

    Shapes:  T: what pickle takes
    Raises:  EchoError when it failed: with what it said, where that was deliberate
    """
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe(duplex=False)
    child = fork.Process(target=_do, args=(work, there, os.getpid()), daemon=True)
    child.start()
    there.close()
    result: T | None = None
    failure: EchoError | None = None
    try:
        result, failure = here.recv()
    except EOFError:
        child.join()
        failure = EchoError(f"what was to be done first {describe_end(child.exitcode or 0)}")
    finally:
        child.join()
        here.close()
    if failure is not None:
        raise failure
    return result  # type: ignore[return-value]  # a T, also where that is None


def _do(work: Callable[[], T], there: Connection, parent_pid: int) -> None:
    """The whole life of the child. Not every error can be sent: what it says can."""
    die_with_parent(signal.SIGTERM, parent_pid)
    try:
        outcome: tuple[T | None, EchoError | None] = work(), None
    except EchoError as error:
        outcome = None, EchoError(error.public, status=error.status, detail=error.detail)
    except db.ERRORS as error:
        outcome = None, EchoError(f"{type(error).__name__}: {error}")
    except Exception as error:
        log.exception("not done")
        outcome = None, EchoError(f"{type(error).__name__}: {error}")
    there.send(outcome)
