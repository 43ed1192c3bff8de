"""One port, two processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import websockets.sync.client

from echo.embedded.processes import is_alive

pytestmark = pytest.mark.slow
PATH = "/api/v1/streaming"


class TwoProcesses:
    """A parent with a web and, when asked for, a streaming process."""

    def __init__(self) -> None:
        self.parent = subprocess.Popen(
            [sys.executable, "-m", "tests.server.small"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = self._line()["port"]
        self.web_pid = self._line()["pid"]

    def _line(self) -> dict[str, Any]:
        assert self.parent.stdout is not None
        said: dict[str, Any] = json.loads(self.parent.stdout.readline())
        return said

    def start_streaming(self) -> int:
        assert self.parent.stdin is not None
        self.parent.stdin.write("\n")
        self.parent.stdin.flush()
        pid: int = self._line()["pid"]
        return pid

    def get(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            said: dict[str, Any] = json.loads(answer.read())
            said["connection"] = answer.headers["connection"]
            return said

    def websocket_pid(self) -> int:
        with websockets.sync.client.connect(f"ws://127.0.0.1:{self.port}{PATH}?stream=user") as client:
            return int(str(client.recv(timeout=60)).split()[1])


def end(pid: int) -> None:
    """Kill a process and wait until it is gone."""
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while is_alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def processes() -> Iterator[TwoProcesses]:
    running = TwoProcesses()
    yield running
    running.parent.communicate(timeout=60)


def test_streaming_goes_to_its_process_and_all_else_stays(processes: TwoProcesses) -> None:
    streaming_pid = processes.start_streaming()

    assert processes.websocket_pid() == streaming_pid
    assert processes.get(f"{PATH}/user")["pid"] == streaming_pid
    assert processes.get("/")["pid"] == processes.web_pid
    assert processes.get("/api/v1/stream")["pid"] == processes.web_pid
    assert processes.get(f"{PATH}/user")["client"][0] == "127.0.0.1"


def test_a_connection_to_the_streaming_process_is_not_used_again(processes: TwoProcesses) -> None:
    processes.start_streaming()

    assert processes.get(f"{PATH}/health")["connection"] == "close"
    with socket.create_connection(("127.0.0.1", processes.port)) as client:
        client.sendall(f"GET {PATH}/health HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        received = b""
        while part := client.recv(65536):
            received += part
        assert b'"streaming"' in received


def test_without_streaming_process_the_web_process_answers(processes: TwoProcesses) -> None:
    assert processes.websocket_pid() == processes.web_pid
    streaming_pid = processes.start_streaming()
    assert processes.websocket_pid() == streaming_pid

    end(streaming_pid)
    assert processes.websocket_pid() == processes.web_pid
    assert processes.start_streaming() == processes.websocket_pid()


def test_what_a_killed_process_did_not_take_waits_for_the_next_one(processes: TwoProcesses) -> None:
    first = processes.start_streaming()
    os.kill(first, signal.SIGSTOP)
    with socket.create_connection(("127.0.0.1", processes.port)) as client:
        client.sendall(f"GET {PATH}/user HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        time.sleep(0.2)
        end(first)
        second = processes.start_streaming()
        assert str(second).encode() in client.recv(65536)


def test_a_connection_used_before_is_served_where_it_is(processes: TwoProcesses) -> None:
    processes.start_streaming()
    with socket.create_connection(("127.0.0.1", processes.port)) as client:
        for path in ("/", f"{PATH}/user"):
            client.sendall(f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
            assert b'"web"' in client.recv(65536)


def test_slow_and_silent_first_bytes(processes: TwoProcesses) -> None:
    streaming_pid = processes.start_streaming()
    with socket.create_connection(("127.0.0.1", processes.port)) as client:
        time.sleep(0.2)
        client.sendall(f"GET {PATH}/user HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        assert str(streaming_pid).encode() in client.recv(65536)
    with socket.create_connection(("127.0.0.1", processes.port)) as client:
        client.sendall(b"G")  # cannot be told apart yet: served where it is
        time.sleep(0.2)
        client.sendall(f"ET {PATH}/user HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        assert b'"web"' in client.recv(65536)
    with socket.create_connection(("127.0.0.1", processes.port)) as client:
        started = time.monotonic()
        assert client.recv(1) == b""
        assert time.monotonic() - started > 4


def test_many_at_once_all_arrive(processes: TwoProcesses) -> None:
    streaming_pid = processes.start_streaming()
    clients = [socket.create_connection(("127.0.0.1", processes.port)) for _ in range(400)]
    for client in clients:
        client.sendall(f"GET {PATH}/user HTTP/1.1\r\nhost: x\r\n\r\n".encode())
    for client in clients:
        with client:
            client.settimeout(10)
            assert str(streaming_pid).encode() in client.recv(65536)
