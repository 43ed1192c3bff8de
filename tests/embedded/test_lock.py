"""One owner per data directory."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import msgspec
import pytest

from echo.embedded import AlreadyRunning, EngineFailed
from echo.embedded.lock import LOCK_NAME, Owner, find_owner, take_lock
from echo.embedded.processes import started_ticks

DEAD = Owner(2**22 + 1, 1)  # a number no process can have


def pretend_owner(folder: Path, owner: Owner) -> None:
    (folder / LOCK_NAME).write_bytes(msgspec.json.encode(owner))


def test_the_owner_is_named_until_it_lets_go(tmp_path: Path) -> None:
    assert find_owner(tmp_path) is None
    lock = take_lock(tmp_path)
    assert find_owner(tmp_path) == Owner(os.getpid(), started_ticks(os.getpid()))
    with pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}\)"):
        take_lock(tmp_path)
    lock.release()
    lock.release()
    assert find_owner(tmp_path) is None
    take_lock(tmp_path).release()


def test_a_stale_file_is_no_owner(tmp_path: Path) -> None:
    pretend_owner(tmp_path, Owner(os.getpid(), started_ticks(os.getpid())))
    assert find_owner(tmp_path) is None  # alive, but it does not hold the lock
    take_lock(tmp_path).release()


def test_waits_for_the_remains_of_a_dead_owner(tmp_path: Path) -> None:
    lock = take_lock(tmp_path)
    with subprocess.Popen(["sleep", "0.4"], pass_fds=[lock.fd]):
        pretend_owner(tmp_path, DEAD)
        lock.release()
        begun = time.monotonic()
        take_lock(tmp_path).release()
        assert time.monotonic() - begun > 0.2


def test_ends_the_remains_that_do_not_go(tmp_path: Path) -> None:
    lock = take_lock(tmp_path)
    with subprocess.Popen(["sleep", "60"], pass_fds=[lock.fd]) as stuck:
        pretend_owner(tmp_path, DEAD)
        lock.release()
        take_lock(tmp_path, leftovers=lambda: [stuck.pid], patience_seconds=0.1).release()
        assert stuck.wait(5) == -signal.SIGKILL


def test_gives_up_when_nothing_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("echo.embedded.lock._AFTER_KILL_SECONDS", 0.1)
    lock = take_lock(tmp_path)
    with subprocess.Popen(["sleep", "60"], pass_fds=[lock.fd]) as stuck:
        pretend_owner(tmp_path, DEAD)
        lock.release()
        with pytest.raises(EngineFailed, match="still hold"):
            take_lock(tmp_path, patience_seconds=0.1)
        stuck.kill()


def test_the_reuse_of_a_number_is_noticed(tmp_path: Path) -> None:
    lock = take_lock(tmp_path)
    pretend_owner(tmp_path, Owner(os.getpid(), started_ticks(os.getpid()) + 1))
    assert find_owner(tmp_path) is None
    lock.release()
