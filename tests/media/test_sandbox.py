from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

import echo
from echo.errors import Invalid
from echo.media import sandbox
from echo.media.result import Limits, Refusal, Refused
from echo.media.sandbox import convert
from tests.media import pictures


async def test_an_image_goes_through_the_child() -> None:
    result = await convert(pictures.jpeg(1200, 800))
    assert result.original.content_type == "image/jpeg"
    assert result.meta["original"]["size"] == "1200x800"
    assert result.meta["small"]["size"] == "587x391"
    assert len(result.blurhash) == 28


async def test_several_at_once_from_files(tmp_path: Path) -> None:
    sources = []
    for index, data in enumerate(
        (pictures.png(), pictures.webp(), pictures.animated("GIF"), pictures.jpeg())
    ):
        path = tmp_path / str(index)
        path.write_bytes(data)
        sources.append(path)
    results = await asyncio.gather(*(convert(path) for path in sources))
    assert [result.original.extension for result in results] == ["png", "webp", "gif", "jpg"]
    assert [result.is_animated for result in results] == [False, False, True, False]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pictures.jpeg()[:300], "File content type is invalid"),
        (pictures.gif_of(10_000), "File has too many frames"),
        (pictures.gif_of(1, frame=pictures.gif_frame(60_000, 60_000)), "File has too many pixels"),
    ],
)
async def test_the_childs_refusals_are_validation_errors(data: bytes, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        await convert(data)
    assert caught.value.public == f"Validation failed: {words}"
    assert caught.value.status == 422


@pytest.mark.parametrize(
    "data",
    [
        pictures.png_that_claims(50_000, 50_000),
        b"<svg onload=run()>",
        b"<html><script>run()</script></html>",
        b"%PDF-1.4 run()",
        b"",
        b"\x00" * 5000,
    ],
    ids=lambda data: repr(data[:8]),
)
async def test_s_f01_s_f03_what_the_header_tells_is_refused_without_a_child(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_child(*_: object) -> None:
        raise AssertionError("a child was started")

    monkeypatch.setattr(sandbox, "_run_child", no_child)
    with pytest.raises(Invalid, match="Validation failed"):
        await convert(data)


async def test_too_many_bytes_of_a_file_are_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.write(pictures.png())
        file.truncate(10**12)
    with pytest.raises(Invalid, match="too large"):
        await convert(path)


async def test_a_child_that_takes_too_long_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_WALL_SECONDS", 0.001)
    with pytest.raises(Invalid) as caught:
        await convert(pictures.jpeg())
    assert "too long" in str(caught.value)


PNG = pictures.png()
DESCRIBED = {"bytes": len(PNG), "width": 60, "height": 40}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}\n",
        b"[]\n",
        b"\xff\n",
        json.dumps({"original": DESCRIBED, "preview": DESCRIBED}).encode() + b"\n" + PNG,
        json.dumps({"original": {**DESCRIBED, "width": 61}, "preview": DESCRIBED}).encode() + b"\n" + PNG * 2,
        json.dumps({"original": {**DESCRIBED, "bytes": -1}, "preview": DESCRIBED}).encode() + b"\n" + PNG,
        json.dumps({"original": DESCRIBED, "preview": DESCRIBED}).encode()
        + b"\n"
        + b"<svg>".ljust(len(PNG))
        + PNG,
        json.dumps({"refused": "because"}).encode() + b"\n",
    ],
)
def test_what_the_child_says_is_checked(answer: bytes) -> None:
    with pytest.raises(Refused) as caught:
        sandbox._decode(answer)
    assert caught.value.reason is Refusal.BROKEN


def test_a_true_answer_is_taken() -> None:
    head = {"original": DESCRIBED, "preview": DESCRIBED, "blurhash": "x" * 999, "is_animated": True}
    result = sandbox._decode(json.dumps(head).encode() + b"\n" + PNG * 2)
    assert result.original.data == result.preview.data == PNG
    assert len(result.blurhash) == 100


_HOSTILE = """
import os, socket, signal, sys, subprocess, threading, ctypes
held = os.getppid()
confine(memory_bytes=1 << 30, cpu_seconds=5, parent_pid=os.getppid())
attempts = {
    "open": lambda: open("/etc/passwd"),
    "write": lambda: open("%(target)s", "w"),
    "unlink": lambda: os.unlink("%(victim)s"),
    "rename": lambda: os.rename("%(victim)s", "%(target)s"),
    "mkdir": lambda: os.mkdir("%(target)s"),
    "chmod": lambda: os.chmod("%(victim)s", 0o777),
    "listdir": lambda: os.listdir("/"),
    "socket": lambda: socket.socket(),
    "unix": lambda: socket.socket(socket.AF_UNIX),
    "pair": lambda: socket.socketpair(),
    "fork": os.fork,
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "spawn": lambda: subprocess.run(["/bin/true"]),
    "thread": lambda: threading.Thread(target=print).start(),
    "signal": lambda: os.kill(held, 0),
    "environment": lambda: os.environ["PYTHONPATH"],
    "root": lambda: os.setuid(0),
    "memory": lambda: bytearray(2 << 30),
}
for name, attempt in attempts.items():
    try:
        attempt()
        print(name, "WORKED", flush=True)
    except (OSError, RuntimeError, KeyError, MemoryError):
        print(name, "denied", flush=True)
"""


def _run_confined(program: str) -> subprocess.CompletedProcess[str]:
    root = str(Path(echo.__file__).resolve().parent.parent)
    return subprocess.run(
        [sys.executable, "-c", "from echo.media.confine import confine\n" + program],
        env={"PYTHONPATH": root, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_hostile_helper_can_do_nothing(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("here")
    tmp_path.chmod(0o777)
    done = _run_confined(_HOSTILE % {"victim": victim, "target": tmp_path / "target"})
    assert done.returncode == 0, done.stderr
    outcomes = dict(line.split() for line in done.stdout.splitlines())
    assert set(outcomes.values()) == {"denied"}, outcomes
    assert len(outcomes) == 18
    assert victim.read_text() == "here"
    assert not (tmp_path / "target").exists()


def test_the_limits_hold_without_the_call_filter() -> None:
    done = _run_confined(
        """
import os, socket
from echo.media import confine as walls
walls._MACHINES.clear()
walls.confine(memory_bytes=1 << 30, cpu_seconds=5, parent_pid=os.getppid())
for attempt in (lambda: open("/etc/passwd"), socket.socket, os.pipe):
    try:
        attempt()
        print("WORKED")
    except OSError:
        print("denied")
"""
    )
    assert done.stdout.split() == ["denied"] * 3


def test_endless_work_ends() -> None:
    done = _run_confined(
        "import os\nconfine(memory_bytes=1 << 30, cpu_seconds=1, parent_pid=os.getppid())\nwhile True: pass"
    )
    assert done.returncode < 0


def test_limits_reach_the_child_as_they_are() -> None:
    assert Limits(**json.loads(json.dumps(asdict(Limits())))) == Limits()
