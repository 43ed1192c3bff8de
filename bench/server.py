"""Echo as `echoctl up` starts it, in a data directory of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncpg

from bench import cpu
from echo.embedded import find_engines
from echo.embedded.processes import die_with_parent

READY_SECONDS = 180
DRAIN_SECONDS = 120
_STEP_SECONDS = 0.02
_IS_DRAINED = """
    SELECT NOT EXISTS (SELECT 1 FROM jobs WHERE NOT dead)
       AND NOT EXISTS (SELECT 1 FROM deliveries WHERE state = 'pending')
       AND NOT EXISTS (SELECT 1 FROM inbound_activities WHERE state = 'pending')
"""
_FAILED = """
    SELECT (SELECT count(*) FROM jobs WHERE dead OR attempts > 1)
         + (SELECT count(*) FROM deliveries WHERE state = 'dead')
         + (SELECT count(*) FROM inbound_activities WHERE state <> 'done' AND state <> 'pending')
"""


def environment(port: int) -> dict[str, str]:
    """What a server is started with that is measured: as `echoctl` starts it, but without rate limits."""
    given = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return given | {
        "ECHO_RATE_LIMITS__ENABLED": "false",
        "ECHO_DEV__ENABLED": "true",
        "ECHO_INSTANCE__DOMAIN": f"localhost:{port}",
        "ECHO_SERVER__HOST": "127.0.0.1",
        "ECHO_SERVER__PORT": str(port),
        "ECHO_SERVER__BASE_URL": f"http://localhost:{port}",
        "ECHO_FEDERATION__ALLOWED_PRIVATE_RANGES": '["127.0.0.0/8"]',
        "ECHO_LOG__LEVEL": "warning",
    }


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Server:
    """A running Echo, and a connection to its database for our own questions, which is not counted."""

    process: asyncio.subprocess.Process
    port: int
    start_seconds: float
    database: asyncpg.Connection
    own_backend: int
    data: Path

    def cpu_ms(self) -> Counter[str]:
        """CPU time used so far, by group."""
        return cpu.cpu_ms(self.process.pid, without={self.own_backend})

    def memory_bytes(self) -> Counter[str]:
        """Memory by group."""
        return cpu.memory_bytes(self.process.pid, without={self.own_backend})

    async def drained(self) -> None:
        """Wait until no work is left. Raises TimeoutError."""
        async with asyncio.timeout(DRAIN_SECONDS):
            while not await self.database.fetchval(_IS_DRAINED):
                await asyncio.sleep(_STEP_SECONDS)

    async def failed_work(self) -> int:
        """How many jobs, deliveries and inbound activities went wrong so far."""
        return int(await self.database.fetchval(_FAILED))

    def rest_workers(self, *, resting: bool) -> None:
        """Stop the workers where they are, or let them go on."""
        for pid in cpu.members(self.process.pid, "worker"):
            os.kill(pid, signal.SIGSTOP if resting else signal.SIGCONT)

    async def stop(self) -> None:
        """Stop Echo as Ctrl-C does."""
        await self.database.close()
        self.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(self.process.wait(), READY_SECONDS)


async def start(data: Path, port: int) -> Server:
    """Start Echo and wait until it says that it serves. Raises RuntimeError when it does not."""
    began = time.perf_counter()
    with (data / "echo.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "echo.cli.main", "up", "--data", str(data), "--json"),
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env=environment(port),
            preexec_fn=partial(die_with_parent, signal.SIGTERM, os.getpid()),
        )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), READY_SECONDS)
    if not line or json.loads(line)["event"] != "ready":
        raise RuntimeError(f"Echo did not start:\n{(data / 'echo.log').read_text()[-4000:]}")
    seconds = time.perf_counter() - began
    engines = find_engines(data)
    assert engines is not None
    database = await asyncpg.connect(engines.database_url)
    own = await database.fetchval("SELECT pg_backend_pid()")
    return Server(process, port, seconds, database, own, data)
