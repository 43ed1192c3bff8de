"""R-25: new code and a migration while people are busy, and back: all is replaced, nobody meets an error."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from echo.embedded import find_engines
from tests.e2e import servers
from tests.e2e.servers import Server, free_port
from tests.laws.tree import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
PACKAGES = ("activitypub", "echo", "federation", "migrations", "workers")
MIGRATION = """
from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "{before}")]
    initial = False
    operations = [
        ops.RunSQL("ALTER TABLE {table} ADD COLUMN later boolean NOT NULL DEFAULT false"),
    ]
"""


@dataclass(slots=True)
class Installed:
    """A copy of the code, as an operator installs it, and a server that runs from it."""

    code: Path
    server: Server

    def install_next(self) -> str:
        """Put the next release in the place of this one. Returns its version."""
        package = self.code / "echo" / "__init__.py"
        version = "99.0.0"
        package.write_text(f'{package.read_text()}\n__version__ = "{version}"\n')
        before = sorted(path.stem for path in (self.code / "migrations").glob("0*.py"))[-1]
        for number, table in enumerate(("accounts", "posts"), 9000):
            name = f"{number}_later"
            text = MIGRATION.format(before=before, table=table)
            (self.code / "migrations" / f"{name}.py").write_text(text)
            before = name
        return version

    def install_previous(self) -> None:
        """Take the next release back. The database stays as that has left it."""
        package = self.code / "echo" / "__init__.py"
        package.write_text(package.read_text().rpartition("\n__version__")[0])
        for path in (self.code / "migrations").glob("90*_later.py"):
            path.unlink()

    def install_endless(self) -> None:
        """Put something in its place that never comes to an end of starting."""
        marker = str(self.code / "begun")
        text = f"import pathlib, time\npathlib.Path({marker!r}).touch()\ntime.sleep(1000)\n"
        (self.code / "echo" / "__init__.py").write_text(text)

    def install_broken(self) -> None:
        """Put something in its place that cannot be started."""
        (self.code / "echo" / "__init__.py").write_text("raise RuntimeError('half of it is missing')\n")

    def reload(self) -> tuple[int, dict[str, object]]:
        done = subprocess.run(
            [*_ECHOCTL, "reload", "--data", str(self.server.data), "--json"],
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.stdout, done.stderr + self.log
        return done.returncode, json.loads(done.stdout)

    @property
    def log(self) -> str:
        return (self.server.data / "echo.log").read_text()


_ECHOCTL = (sys.executable, "-m", "echo.cli.main")  # of the checkout: what asks need not be what is installed


MANY = {"web": 2, "streaming": 1, "worker": 1}
ONE = {"web": 1, "streaming": 0, "worker": 0}  # of a small machine


@pytest.fixture
def counts(request: pytest.FixtureRequest) -> dict[str, int]:
    """How many processes of each role."""
    return getattr(request, "param", MANY)  # type: ignore[no-any-return]


@pytest.fixture
def installed(counts: dict[str, int]) -> Iterator[Installed]:
    """A server from a copy of this code in a folder with a space."""
    folder = Path(tempfile.mkdtemp(prefix="echo rolling "))
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / "code" / package)
    (folder / "data").mkdir(mode=0o700)
    before = Path.cwd()
    os.chdir(folder / "code")
    try:
        server = servers.start(
            folder / "data", free_port(),
            env={"ECHO_SERVER__DRAIN_SECONDS": "2"}
            | {f"ECHO_SERVER__{role.upper()}_PROCESSES": str(count) for role, count in counts.items()},
        )  # fmt: skip
    finally:
        os.chdir(before)
    yield Installed(folder / "code", server)
    servers.stop(server)
    shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class Load:
    """People who do not stop asking, on connections that stay open and on new ones, and never ask twice."""

    port: int
    token: str
    answered: int = 0
    last_answers: int = 0
    failures: list[str] = field(default_factory=list)
    versions: set[str] = field(default_factory=set)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, people: int) -> None:
        await asyncio.gather(*(self._person(number) for number in range(people)))

    async def _person(self, number: int) -> None:
        stays = number % 3 > 0
        while not self.stop.is_set():
            try:
                await self._visit(number, stays=stays)
            except (OSError, asyncio.IncompleteReadError) as error:
                self.failures.append(f"{type(error).__name__}: {error}")

    async def _visit(self, number: int, *, stays: bool) -> None:
        """One connection, for as long as the server keeps it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            keeps = True
            while keeps and not self.stop.is_set():
                path, body = self._request(number)
                writer.write(self._head(path, body) + body)
                keeps = await self._read(reader, path) and stays
                self.answered += 1
                await asyncio.sleep(0.1)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def _request(self, number: int) -> tuple[str, bytes]:
        turn = (self.answered + number) % 6
        if turn == 0:
            return "/api/v1/statuses", json.dumps({"status": f"post {self.answered} of {number}"}).encode()
        paths = ("/api/v1/timelines/home", "/api/v2/instance", "/@alice", "/api/v1/timelines/public")
        return (*paths, "/api/v1/notifications")[turn - 1], b""

    def _head(self, path: str, body: bytes) -> bytes:
        lines = [f"{'POST' if body else 'GET'} {path} HTTP/1.1", f"Host: localhost:{self.port}"]
        lines.append(f"Authorization: Bearer {self.token}")
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode()

    async def _read(self, reader: asyncio.StreamReader, path: str) -> bool:
        """One answer; whether another request may follow on this connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        status = int(head.split()[1])
        names = dict(line.split(": ", 1) for line in head.splitlines()[1:] if line)
        body = await reader.readexactly(int(names["content-length"]))
        if status >= 400:
            self.failures.append(f"{path}: {status} {body[:200]!r}")
        elif path == "/api/v2/instance":
            self.versions.add(str(json.loads(body)["version"]))
        closes = names.get("connection") == "close"
        self.last_answers += closes
        return not closes


async def listen(port: int, token: str) -> int | None:
    """A socket until the server closes it; with which code."""
    uri = f"ws://127.0.0.1:{port}/api/v1/streaming?stream=user&access_token={token}"
    async with websockets.connect(uri, proxy=None) as socket:
        with suppress(ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code


@asynccontextmanager
async def somebody_reads(server: Server, table: str) -> AsyncIterator[None]:
    """A transaction that has read a table and does not end: nobody can change the table meanwhile."""
    engines = find_engines(server.data)
    assert engines is not None
    connection = await asyncpg.connect(engines.database_url)
    try:
        async with connection.transaction():
            await connection.fetch(f"SELECT id FROM {table} LIMIT 1")
            yield
    finally:
        await connection.close()


@pytest.mark.parametrize("counts", [MANY, ONE], indirect=True)
async def test_r_25_r_27_everything_is_replaced_under_load_and_put_back_without_an_error(
    installed: Installed, counts: dict[str, int]
) -> None:
    server = installed.server
    alice = await asyncio.to_thread(server.person, "alice")
    port, token = int(server.url.rsplit(":", 1)[1]), str(alice.client.access_token)
    before = {role: set(server.pids(role)) for role in counts}
    load = Load(port, token)
    busy = asyncio.create_task(load.run(9))
    socket = asyncio.create_task(listen(port, token))
    await asyncio.sleep(1.0)
    answered, version = load.answered, await asyncio.to_thread(installed.install_next)

    reloading = asyncio.create_task(asyncio.to_thread(installed.reload))
    async with somebody_reads(server, "accounts"):
        while "a table is busy" not in installed.log and not reloading.done():
            await asyncio.sleep(0.1)
        assert not reloading.done(), await reloading  # the migration waits, and nobody waits for it
        between_tries = load.answered
        while load.answered < between_tries + 50:
            await asyncio.sleep(0.1)
    status, said = await reloading

    assert (status, said["failure"]) == (0, ""), installed.log
    assert said["version"] == version
    while not any(version in found for found in load.versions):
        await asyncio.sleep(0.1)
    assert await asyncio.wait_for(socket, 60) == 1012  # come back
    between = {role: set(server.pids(role)) for role in before}

    installed.install_previous()
    status, said = await asyncio.to_thread(installed.reload)

    assert (status, said["failure"]) == (0, ""), installed.log
    load.versions.clear()
    while not load.versions:
        await asyncio.sleep(0.1)
    load.stop.set()
    await busy
    assert load.failures == []
    assert load.answered > answered + 100
    assert "did not leave" not in installed.log
    assert load.last_answers > 0  # kept-alive connections were told
    after = {role: set(server.pids(role)) for role in before}
    assert {role: len(pids) for role, pids in after.items()} == counts
    assert all(not (before[role] | between[role]) & after[role] for role in before)
    assert not any(version in found for found in load.versions)
    assert said["version"] != version
    added = await asyncio.to_thread(
        server.ask_database, "SELECT count(*) FROM information_schema.columns WHERE column_name = 'later'"
    )
    assert added == 2
    # somebody still works, and the successor of it all can be stopped like the first
    late = "SELECT count(*) FROM jobs WHERE due_at < now() AND NOT dead"
    await asyncio.to_thread(servers.eventually, lambda: not server.ask_database(late))
    assert await asyncio.to_thread(server.stop) == 0
    assert all(not Path(f"/proc/{pid}").exists() for pids in after.values() for pid in pids)


async def test_code_that_does_not_start_changes_nothing(installed: Installed) -> None:
    server = installed.server
    before = server.pids("web")
    installed.install_broken()

    both = await asyncio.gather(*(asyncio.to_thread(installed.reload) for _ in range(2)))

    for status, said in both:
        assert status == 1
        assert "half of it is missing" in str(said["failure"])
    assert sorted(server.pids("web")) == sorted(before)
    os.kill(before[0], signal.SIGUSR1)  # a process that leaves all the same is replaced
    servers.eventually(lambda: len(set(server.pids("web")) - {before[0]}) == 2, seconds=60)

    installed.install_endless()
    os.kill(server.process.pid, signal.SIGUSR2)
    servers.eventually((installed.code / "begun").exists, seconds=120)
    killed = server.pids("streaming")[0]  # while new code is tried, the old one is looked after
    os.kill(killed, signal.SIGKILL)
    servers.eventually(lambda: set(server.pids("streaming")) - {killed}, seconds=60)
    assert await asyncio.to_thread(server.stop) == 0  # and can be stopped
