"""Real servers for stories: `echoctl up` as a person would start it, and Mastodon.py as the only client."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from mastodon import Mastodon

from echo.embedded import find_engines

T = TypeVar("T")
SCOPES = ["read", "write", "follow", "push"]
# What the issue of a two-server story allows between cause and effect, in seconds, on a busy machine.
PATIENCE_SECONDS = 60.0
# Deliveries that are under way may take twenty seconds to land.
STOP_SECONDS = 120.0


@dataclass(slots=True)
class Server:
    """A running Echo."""

    process: subprocess.Popen[str]
    data: Path
    url: str
    domain: str
    setup_url: str = ""

    def ctl(self, *arguments: str) -> Any:
        """Run `echoctl` on this server's data directory; its JSON answer."""
        done = subprocess.run(
            [sys.executable, "-m", "echo.cli.main", *arguments, "--data", str(self.data), "--json"],
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)

    def person(self, name: str) -> Person:
        """Somebody new, who signed up through their client."""
        client_id, secret = Mastodon.create_app("story", api_base_url=self.url, scopes=SCOPES)
        client = Mastodon(
            client_id=client_id, client_secret=secret, api_base_url=self.url, version_check_mode="none"
        )
        client.create_account(
            name, "correct horse battery", f"{name}@example.org", agreement=True, scopes=SCOPES
        )
        return Person(name, f"{name}@{self.domain}", client)

    def postmaster(self) -> int:
        """The process of the embedded PostgreSQL."""
        for pid_file in self.data.rglob("postmaster.pid"):
            return int(pid_file.read_text().splitlines()[0])
        raise AssertionError("no postmaster.pid")

    def pids(self, role: str) -> list[int]:
        """The processes of a role: web, streaming or worker."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    comm = (entry / "comm").read_text().strip()
                    parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                except OSError:
                    continue
                if comm.startswith(f"echo-{role}") and parent == self.process.pid:
                    found.append(int(entry.name))
        return found

    def ask_database(self, sql: str) -> Any:
        """The first value of a statement on this server's own database."""
        engines = find_engines(self.data)
        assert engines is not None

        async def ask() -> Any:
            connection = await asyncpg.connect(engines.database_url)
            try:
                return await connection.fetchval(sql)
            finally:
                await connection.close()

        return asyncio.run(ask())

    def stop(self) -> int:
        """Ask it to stop; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=STOP_SECONDS)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with their client."""

    name: str
    handle: str
    client: Mastodon

    def find(self, handle: str) -> Any:
        """The account behind a full handle, as this server knows it."""
        found = self.client.account_search(handle, resolve=True)
        assert found, f"{self.handle} cannot find {handle}"
        return found[0]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(name: str, *options: str, env: dict[str, str] | None = None) -> Iterator[Server]:
    """A server of its own in a new data directory."""
    data, port = Path(tempfile.mkdtemp(prefix=f"echo story {name} ")), free_port()
    server = start(data, port, *options, env=env)
    try:
        yield server
    finally:
        stop(server)
        shutil.rmtree(data, ignore_errors=True)


def stop(server: Server) -> None:
    """End it as a person would. One that does not end is killed, and that is a failure."""
    is_stuck = False
    if server.process.poll() is None:
        server.process.send_signal(signal.SIGTERM)
        try:
            server.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            is_stuck = True
            server.process.kill()
            server.process.wait()
    if server.process.stdout is not None:
        server.process.stdout.close()
    log = (server.data / "echo.log").read_text() if is_stuck else ""
    assert not is_stuck, f"it did not stop within {STOP_SECONDS} s:\n{log[-4000:]}"


def start(data: Path, port: int, *options: str, env: dict[str, str] | None = None) -> Server:
    """Start Echo on a data directory and wait until it says that it serves."""
    private = {"ECHO_FEDERATION__ALLOWED_PRIVATE_RANGES": '["127.0.0.0/8", "::1/128"]'}
    return launch(data, port, f"localhost:{port}", "--dev", *options, env=private | (env or {}))


def launch(data: Path, port: int, domain: str, *options: str, env: dict[str, str]) -> Server:
    """The same under any name, open to everybody who wants to sign up."""
    with (data / "echo.log").open("a") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "echo.cli.main", "up", "--data", str(data), "--host", "127.0.0.1"),
                *("--port", str(port), "--domain", domain, "--json", *options),
            ],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=os.environ
            | {
                "ECHO_RATE_LIMITS__ENABLED": "false",
                "ECHO_REGISTRATIONS__MODE": "open",
                "ECHO_REGISTRATIONS__CONFIRM_EMAIL": "false",
            }
            | env,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"Echo did not start:\n{(data / 'echo.log').read_text()[-4000:]}"
    ready = json.loads(line)
    assert ready["event"] == "ready"
    return Server(process, data, ready["url"], ready["domain"], ready["setup_url"] or "")


def eventually(check: Callable[[], T], *, seconds: float = PATIENCE_SECONDS) -> T:
    """The first true result of a check, or a failure with the last one."""
    until = time.monotonic() + seconds
    while True:
        result = check()
        if result or time.monotonic() > until:
            assert result, f"did not happen within {seconds} s: {check.__name__}"
            return result
        time.sleep(0.05)


def never(check: Callable[[], object], *, seconds: float = 1.0) -> None:
    """A failure when a check becomes true within a while."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert not check()
        time.sleep(0.1)
