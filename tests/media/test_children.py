"""The program that forks a child for each image, with children that do other things than they should."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

import echo
from echo.errors import Invalid, Unavailable
from echo.media import children
from echo.media.sandbox import convert
from tests.media import pictures

_ROOT = str(Path(echo.__file__).resolve().parent.parent)
# What a child does is what its file says: as if a decoder had been taken over.
_WORK = """
import json, os, sys, time
from echo.media import child, nursery
from echo.media.confine import confine

def hostile(parent):
    confine(memory_bytes=1 << 30, cpu_seconds=5, parent_pid=parent)
    child.MARK = sys.MARK = "was here"
    child.confine = print
    os.environ["MARK"] = "was here"
    for number in range(1, 256):
        try:
            os.write(number, b"forged")
        except OSError:
            pass
    for number in (9, 15, 19):
        try:
            os.kill(parent, number)
            return "signalled"
        except OSError:
            pass
    return "tried everything"

def looks(parent):
    return {
        "descriptors": sorted(os.listdir("/proc/self/fd"))[:-1],
        "environment": dict(os.environ),
        "marks": [hasattr(child, "MARK"), hasattr(sys, "MARK"), child.confine is confine],
        "arguments": sys.argv,
        "parent": parent,
    }

def work(limits, parent):
    asked = child._read(1 << 20)
    if asked == b"crash":
        os.abort()
    if asked == b"sleep":
        time.sleep(600)
    told = {b"hostile": hostile, b"look": looks}[asked](parent)
    os.write(0, json.dumps(told).encode())

child.work = work
nursery.main()
"""


@pytest.fixture
async def nursery(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A nursery of its own, whose children obey their files."""
    monkeypatch.setattr(children, "_PROGRAM", ("-c", _WORK))
    monkeypatch.setattr(children, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(children, "_nursery", None)
    yield
    if children._nursery is not None:
        process = children._nursery.process
        children._let_go(children._nursery)
        await asyncio.to_thread(process.wait, 60)


async def _tell(what: bytes) -> tuple[bytes, int]:
    return await children.ask(b"{}", what, most_bytes=10_000)


def _pid() -> int:
    assert children._nursery is not None
    return children._nursery.process.pid


def _is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _children_of(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def _until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


@pytest.mark.usefixtures("nursery")
async def test_s_f07_a_hostile_file_leaves_nothing_behind_for_the_next() -> None:
    before, _ = await _tell(b"look")
    pid = _pid()
    told, status = await _tell(b"hostile")
    assert (json.loads(told), status) == ("tried everything", 0)
    after, _ = await _tell(b"look")
    assert json.loads(after) == json.loads(before)
    assert _pid() == pid == json.loads(after)["parent"]
    seen = json.loads(after)
    assert seen["descriptors"] == ["0", "1", "2"]
    assert seen["environment"] == {}
    assert seen["marks"] == [False, False, True]
    assert seen["arguments"] == ["-c", str(os.getpid())]


@pytest.mark.usefixtures("nursery")
async def test_a_crash_is_told_and_the_next_children_have_other_addresses() -> None:
    await _tell(b"look")
    pid = _pid()
    assert await _tell(b"crash") == (b"", -signal.SIGABRT)
    assert (await _tell(b"look"))[1] == 0
    assert _pid() != pid
    await _until(lambda: not _is_there(pid))
    with pytest.raises(children.TooMuch):
        await children.ask(b"{}", b"look", most_bytes=10)


@pytest.mark.usefixtures("nursery")
async def test_what_is_killed_is_begun_again_and_what_is_broken_off_is_killed() -> None:
    asking = asyncio.create_task(_tell(b"sleep"))
    await _until(lambda: children._nursery is not None and _children_of(_pid()))
    killed, child = _pid(), _children_of(_pid())[0]
    os.kill(killed, signal.SIGKILL)
    await _until(lambda: not _is_there(child))  # it ends with its parent
    await _until(lambda: children._nursery is not None and _pid() != killed and _children_of(_pid()))
    child = _children_of(_pid())[0]
    asking.cancel()
    await _until(lambda: not _is_there(child))
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await _tell(b"look"))[1] == 0  # the others go on


@pytest.mark.usefixtures("nursery")
async def test_without_work_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "IDLE_SECONDS", 0.01)
    await _tell(b"look")
    pid = _pid()
    await _until(lambda: not _is_there(pid))  # not even as a dead process
    assert children._nursery is None


@pytest.mark.usefixtures("nursery")
async def test_a_program_that_does_not_stay_alive_is_nobodys_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_PROGRAM", ("-c", "pass"))
    with pytest.raises(Unavailable):
        await convert(pictures.jpeg())


@pytest.mark.usefixtures("nursery")
async def test_a_child_that_breaks_down_is_a_validation_error() -> None:
    with pytest.raises(Invalid) as caught:
        await convert(pictures.jpeg())  # `work` knows no such file
    assert "child ended with" in str(caught.value)


def test_it_ends_with_the_process_that_started_it() -> None:
    program = (
        "import asyncio, os\n"
        "from echo.media import children, sandbox\n"
        "from tests.media import pictures\n"
        "asyncio.run(sandbox.convert(pictures.jpeg()))\n"
        "print(children._nursery.process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": _ROOT, "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    pid = int(done.stdout)
    asyncio.run(_until(lambda: not _is_there(pid)))
