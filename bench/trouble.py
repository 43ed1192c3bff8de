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
    """Boosts of and answers to one post by as many people elsewhere, while people here read.

    One of them opens the thread again and again, which becomes as long as a thread is shown (4,096 posts).
    """
    world, loop = bench.world, asyncio.get_running_loop()
    post_id = world.post_ids[-1]
    paths = ("/api/v1/timelines/home", f"/api/v1/statuses/{post_id}", "/api/v1/notifications")
    reads = [wire.get(bench.port, path, token=world.reader.token) for path in paths]
    thread = [wire.get(bench.port, f"/api/v1/statuses/{post_id}/context", token=world.reader.token)]
    await send(bench, [*reads, *thread], 40, clients=READERS)
    calm = await send(bench, reads, bench.requests // 2, clients=READERS)
    flood = wire.signed_reactions(bench.port, world, post_id)
    other, reader = await Outside.start(), await Outside.start()
    began, before = loop.time(), bench.server.cpu_ms()
    latencies: list[float] = []
    opened: list[float] = []
    try:
        sending = asyncio.create_task(other.requests(bench.port, flood, len(flood), SENDERS))
        while not sending.done() or not await _is_processed(bench):
            quick, slow = await asyncio.gather(
                send(bench, reads, 40, clients=READERS - 1), reader.requests(bench.port, thread, 2, 1)
            )
            latencies += quick.latencies
            opened += slow.latencies
        failures = (await sending).failures
    finally:
        await other.stop()
        await reader.stop()
    seconds = loop.time() - began
    used = sum(bench.server.cpu_ms().values()) - sum(before.values())
    arriving = f"while {len(flood):,} boosts and answers arrive"
    return [
        *_latencies("viral-calm", "reads, nothing else happens", calm.latencies),
        *_latencies("viral", f"reads {arriving}", latencies),
        *_latencies("viral-thread", "- of the growing thread itself", opened),
        Fact(
            name="viral-rate",
            title="boosts and answers done in a second",
            value=len(flood) / seconds,
            unit="/s",
        ),
        Fact(name="viral-cpu", title="CPU of one, the reads included", value=used / len(flood), unit="ms"),
        Fact(name="viral-refused", title="refused", value=float(failures), unit=""),
    ]


def _latencies(name: str, title: str, latencies: list[float]) -> list[Figure]:
    ordered = sorted(latencies)
    return [
        Fact(
            name=f"{name}-p{share}",
            title=f"{title}, p{share}",
            value=ordered[int(len(ordered) * share / 100)],
            unit="ms",
        )
        for share in (50, 95)
    ]


async def _is_processed(bench: Bench) -> bool:
    pending = await bench.server.database.fetchval(
        "SELECT count(*) FROM inbound_activities WHERE state = 'pending'"
    )
    return not pending
