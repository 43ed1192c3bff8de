"""The real web and streaming processes, over the engines of the tests."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from echo.config import Config


@pytest.fixture
def parent(migrated: Config, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Both processes under a supervisor; its first line is read by the test."""
    encoded = msgspec.json.encode(migrated).decode()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.server.parent", encoded, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def test_both_processes_serve_one_port_and_stop_cleanly(parent: subprocess.Popen[str]) -> None:
    assert parent.stdout is not None
    port = json.loads(parent.stdout.readline())["port"]

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/streaming/health", timeout=5) as answer:
        assert answer.read() == b"OK"
        assert answer.headers["connection"] == "close"  # the streaming process said so
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/instance", timeout=5) as answer:
        assert json.loads(answer.read())["uri"] == "echo.test"

    started = time.monotonic()
    parent.send_signal(signal.SIGTERM)
    _, log = parent.communicate(timeout=20)
    assert parent.returncode == 0, log
    assert time.monotonic() - started < 5
