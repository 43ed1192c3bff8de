"""Deliveries while most other servers are dead, and reading while a post of ours goes around the world."""

from __future__ import annotations

import asyncio

from bench import wire
from bench.figures import Fact, Figure
from bench.measuring import Bench, send
from bench.outside import Outside

STEP_SECONDS = 0.01
PATIENCE_SECONDS = 120
# How many read and how many deliver at the same time.
READERS, SENDERS = 4, 8


async def measure_dead_hosts(bench: Bench) -> list[Figure]:
    """One post to 100 live hosts, by itself, and to the same with many where nobody is there."""
    world = bench.world
    alone = min([await _seconds_to_arrive(bench, world.quiet.token, world.live_hosts) for _ in range(3)])
    first = await _seconds_to_arrive(bench, world.haunted.token, world.live_hosts)
    later = min([await _seconds_to_arrive(bench, world.haunted.token, world.live_hosts) for _ in range(2)])
    await bench.server.database.execute("DELETE FROM deliveries WHERE state = 'pending'")
    title = f"{world.live_hosts} live hosts, wall time"
    return [
        Fact(name="dead-none", title=title, value=alone, unit="s"),
        Fact(
            name="dead-first",
            title=f"- with {world.dead_hosts:,} dead ones, first met",
            value=first / alone,
            unit="times",
            budget=2.0,
        ),
        Fact(name="dead-later", title="- the same again", value=later / alone, unit="times", budget=2.0),
    ]


async def _seconds_to_arrive(bench: Bench, token: str, count: int) -> float:
    """From the request until so many deliveries have come."""
    loop = asyncio.get_running_loop()
    await bench.outside.arrivals()
    began, arrived = loop.time(), 0
    await send(bench, [wire.post_status(bench.port, "to the living", token=token)], 1, clients=1)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while arrived < count:
            await asyncio.sleep(STEP_SECONDS)
            arrived += await bench.outside.arrivals()
    return loop.time() - began


async def measure_viral(bench: Bench) -> list[Figure]:
    """Boosts of and answers to one post by as many people elsewhere, while somebody here reads."""
    world, loop = bench.world, asyncio.get_running_loop()
    post_id = world.post_ids[-1]
    reads = [
        wire.get(bench.port, path, token=world.reader.token)
        for path in (
            "/api/v1/timelines/home",
            f"/api/v1/statuses/{post_id}",
            f"/api/v1/statuses/{post_id}/context",
            "/api/v1/notifications",
        )
    ]
    count = bench.requests // 2
    await send(bench, reads, 40, clients=READERS)
    calm = await send(bench, reads, count, clients=READERS)
    flood = wire.signed_reactions(bench.port, world, post_id)
    other = await Outside.start()
    began, before = loop.time(), bench.server.cpu_ms()
    try:
        sending = asyncio.create_task(other.requests(bench.port, flood, len(flood), SENDERS))
        latencies: list[float] = []
        while not sending.done() or not await _is_processed(bench):
            traffic = await send(bench, reads, 40, clients=READERS)
            latencies += traffic.latencies
        failures = (await sending).failures
    finally:
        await other.stop()
    seconds = loop.time() - began
    used = sum(bench.server.cpu_ms().values()) - sum(before.values())
    return [
        Fact(
            name="viral-calm",
            title="p95 of reads, nothing else happens",
            value=_p95(calm.latencies),
            unit="ms",
        ),
        Fact(
            name="viral-p95",
            title=f"p95 of reads while {len(flood):,} boosts and answers arrive",
            value=_p95(latencies),
            unit="ms",
        ),
        Fact(
            name="viral-rate",
            title="boosts and answers done in a second",
            value=len(flood) / seconds,
            unit="/s",
        ),
        Fact(name="viral-cpu", title="CPU of one, the reads included", value=used / len(flood), unit="ms"),
        Fact(name="viral-refused", title="refused", value=float(failures), unit=""),
    ]


async def _is_processed(bench: Bench) -> bool:
    pending = await bench.server.database.fetchval(
        "SELECT count(*) FROM inbound_activities WHERE state = 'pending'"
    )
    return not pending


def _p95(latencies: list[float]) -> float:
    return sorted(latencies)[int(len(latencies) * 0.95)]
