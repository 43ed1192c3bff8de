"""What arrives by itself: events on sockets, and what an idle socket takes."""

from __future__ import annotations

import asyncio

from bench import wire
from bench.figures import Fact, Figure, percentile
from bench.measuring import Bench


async def measure_events(bench: Bench) -> list[Figure]:
    """From a request to the event on the sockets of the 500 followers of somebody, all of them each time."""
    tokens = bench.world.crowd.tokens[:500]
    opened = await bench.outside.open_sockets(
        bench.port, [wire.open_socket(bench.port, token=token) for token in tokens]
    )
    try:
        posts = list(
            wire.marked_posts(bench.port, 10 if bench.is_quick else 40, token=bench.world.known.token)
        )
        result = await bench.outside.events(bench.port, posts, opened)
    finally:
        await bench.outside.close_sockets()
    missing = len(tokens) - opened + result["missing"]
    latencies = sorted(result["latencies"]) or [0.0]
    shares = (("p50", 0.5, None), ("p95", 0.95, None), ("p99", 0.99, 100.0))
    return [
        Fact(
            name=f"event-{name}",
            title=f"post to event, {len(tokens)} sockets, {name}",
            value=percentile(latencies, share),
            unit="ms",
            budget=budget,
            failures=missing,
            first_failure=f"{missing} events did not arrive" if missing else "",
        )
        for name, share, budget in shares
    ]


async def measure_sockets(bench: Bench) -> list[Figure]:
    """Memory that an idle socket takes."""
    requests = [wire.open_socket(bench.port, token=token) for token in bench.world.crowd.tokens]
    before = sum(bench.server.memory_bytes().values())
    opened = await bench.outside.open_sockets(bench.port, requests)
    await asyncio.sleep(1)
    after = sum(bench.server.memory_bytes().values())
    await bench.outside.close_sockets()
    missing = len(requests) - opened
    return [
        Fact(
            name="socket",
            title=f"memory of an idle socket ({len(requests):,} open)",
            value=(after - before) / max(opened, 1) / 1024,
            unit="kB",
            budget=50.0,
            failures=missing,
            first_failure=f"{missing} sockets were refused" if missing else "",
        )
    ]
