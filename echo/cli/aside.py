"""Work done in a process of its own, which takes the memory it needed with it when it ends."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar, cast

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
    try:
        is_done, outcome = here.recv()
    except EOFError:
        child.join()
        raise EchoError(f"what was to be done first {describe_end(child.exitcode or 0)}") from None
    except BaseException:
        child.terminate()
        raise
    finally:
        child.join()
        here.close()
    if not is_done:
        raise outcome
    return cast(T, outcome)


def _do(work: Callable[[], T], there: Connection, parent_pid: int) -> None:
    """The whole life of the child. Not every error can be sent: what it says can."""
    die_with_parent(signal.SIGTERM, parent_pid)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches us through the parent
    try:
        said: tuple[bool, object] = True, work()
    except EchoError as error:
        said = False, EchoError(error.public, status=error.status, detail=error.detail)
    except db.ERRORS as error:
        said = False, EchoError(f"{type(error).__name__}: {error}")
    except Exception as error:
        log.exception("not done")
        said = False, EchoError(f"{type(error).__name__}: {error}")
    there.send(said)
