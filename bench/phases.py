"""The order of a run: a first start, the world, a second start with everything that is measured then."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from bench import cpu, server, wire
from bench.figures import Cost, Fact, Figure
from bench.measuring import Bench
from bench.multitudes import CROWD, LIVE
from bench.operations import OPERATIONS
from bench.outside import Outside
from bench.server import Server, free_port
from bench.world import SENDERS, Size, World, fill, hosts_elsewhere

BARE, START, IDLE = "bare", "start", "idle"
PHASES = (BARE, START, IDLE)
# How long after its start an idle server is looked at.
SETTLE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to measure; `only` empty: everything."""

    only: frozenset[str]
    requests: int
    clients: int
    is_quick: bool
    stage_seconds: float = 25.0
    spike_seconds: float = 180.0
    people: int | None = None

    def wants(self, name: str) -> bool:
        return not self.only or name in self.only


def measure(asked: Asked, data: Path) -> list[Figure]:
    """Everything that was asked for. Raises RuntimeError when Echo does not start."""
    port, inbox_port = free_port(), free_port()
    figures = asyncio.run(_first_start(asked, data, port))
    say("filling")
    size = Size(posts=500, strangers=1000) if asked.is_quick else Size()
    if LIVE in asked.only:
        size = replace(size, crowd=CROWD)
    world = fill(data, port, inbox_port, size)
    return figures + asyncio.run(_second_start(asked, data, port, inbox_port, world))


async def _first_start(asked: Asked, data: Path, port: int) -> list[Figure]:
    say("starting")
    running = await server.start(data, port)
    figures: list[Figure] = []
    try:
        if asked.wants(START):
            seconds = running.start_seconds
            figures.append(Fact(name=START, title="first start", value=seconds, unit="s", budget=15.0))
        if asked.wants(IDLE):
            figures += await _idle(running, is_quick=asked.is_quick)
    finally:
        await running.stop()
    return figures


async def _second_start(asked: Asked, data: Path, port: int, inbox_port: int, world: World) -> list[Figure]:
    outside = await Outside.start()
    await outside.open_inboxes(inbox_port, hosts_elsewhere(world.hosts + SENDERS))
    running = await server.start(data, port)
    figures: list[Figure] = []
    if asked.wants(START):
        seconds = running.start_seconds
        figures.append(Fact(name="start-again", title="later start", value=seconds, unit="s", budget=3.0))
    try:
        await running.drained()
        bench = Bench(
            server=running,
            world=world,
            outside=outside,
            requests=asked.requests,
            clients=asked.clients,
            is_quick=asked.is_quick,
            stage_seconds=asked.stage_seconds,
            spike_seconds=asked.spike_seconds,
            people=asked.people,
        )
        if asked.wants(BARE):
            say(BARE)
            figures.append(await _bare(bench))
        for operation in OPERATIONS:
            if operation.name in asked.only or (not operation.is_asked_for and asked.wants(operation.name)):
                say(operation.name)
                figures += await operation.measure(bench)
    finally:
        await running.stop()
        await outside.stop()
    return figures


async def _idle(running: Server, *, is_quick: bool) -> list[Figure]:
    """Memory and CPU time when nothing happens."""
    say(IDLE)
    await asyncio.sleep(SETTLE_SECONDS)
    memory = running.memory_bytes()
    seconds = 10.0 if is_quick else 30.0
    before = running.cpu_ms()
    await asyncio.sleep(seconds)
    used = sum(running.cpu_ms().values()) - sum(before.values())
    megabytes = {group: size / 1024 / 1024 for group, size in memory.items()}
    return [
        Fact(
            name="idle-memory",
            title="memory, idle, all processes",
            value=sum(megabytes.values()),
            unit="MB",
            budget=250.0,
        ),
        *(
            Fact(name=f"idle-memory-{group}", title=f"- {group}", value=megabytes[group], unit="MB")
            for group in cpu.GROUPS
            if group in megabytes
        ),
        Fact(name="idle-cpu", title="idle, of one core", value=used / seconds / 10, unit="%", budget=1.0),
    ]


async def _bare(bench: Bench) -> Cost:
    """The same server with an application that does nothing, for comparison between machines."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.bare", str(port))
    try:
        await _answers(port)
        request = wire.get(port, "/")
        await bench.outside.requests(port, [request], bench.requests // 10 + 1, bench.clients)
        before = cpu.cpu_ms(process.pid)
        traffic = await bench.outside.requests(port, [request], bench.requests, bench.clients)
        used = sum(cpu.cpu_ms(process.pid).values()) - sum(before.values())
    finally:
        process.terminate()
        await process.wait()
    return Cost(
        name=BARE,
        title="40 kB from memory, no application",
        budget=None,
        cpu=Counter({"web": used / bench.requests}),
        count=bench.requests,
        seconds=traffic.seconds,
        latencies=sorted(traffic.latencies),
        failures=traffic.failures,
        first_failure=traffic.first_failure,
    )


async def _answers(port: int) -> None:
    """Wait until somebody listens."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


def say(what: str) -> None:
    """Tell whoever waits how far this is."""
    sys.stderr.write(f"bench: {what}\n")
    sys.stderr.flush()
