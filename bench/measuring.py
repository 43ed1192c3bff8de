"""How anything is measured: CPU time of all processes before and after, and what clients noticed."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, replace

from bench.figures import Cost
from bench.outside import Outside, Traffic
from bench.server import Server
from bench.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What every measurement needs.

    Shapes:  requests: of one measurement; clients: connections at a time; stage_seconds, spike_seconds: how
             long many people are there, and how long the most of them; people: most of them, None: the last
             stage
    """

    server: Server
    world: World
    outside: Outside
    requests: int
    clients: int
    is_quick: bool
    stage_seconds: float = 25.0
    spike_seconds: float = 180.0
    people: int | None = None

    @property
    def port(self) -> int:
        return self.server.port


async def send(bench: Bench, requests: list[bytes], count: int, *, clients: int | None = None) -> Traffic:
    """Send these requests in turn, `count` in all."""
    return await bench.outside.requests(bench.port, requests, max(count, 1), clients or bench.clients)


async def cost(
    bench: Bench, name: str, title: str, budget: float | None, requests: list[bytes], count: int
) -> Cost:
    """What the answers to these requests cost."""
    before = bench.server.cpu_ms()
    traffic = await send(bench, requests, count)
    return _cost_of(name, title, budget, _each(bench.server.cpu_ms(), before, count), count, traffic)


async def while_workers_rest(
    bench: Bench, name: str, title: str, budget: float | None, requests: list[bytes]
) -> Cost:
    """The answers alone: what follows from them is done afterwards, and not counted."""
    bench.server.rest_workers(resting=True)
    try:
        answers = await cost(bench, name, title, budget, requests, len(requests))
    finally:
        bench.server.rest_workers(resting=False)
    await bench.server.drained()
    return answers


async def with_all_work(
    bench: Bench,
    name: str,
    title: str,
    budget: float | None,
    requests: list[bytes],
    *,
    share: int = 1,
    clients: int | None = None,
) -> Cost:
    """The answers and all that follows from them. Shapes:  share: what one request counts for"""
    failed = await bench.server.failed_work()
    loop = asyncio.get_running_loop()
    began, before = loop.time(), bench.server.cpu_ms()
    traffic = await send(bench, requests, len(requests), clients=clients)
    await bench.server.drained()
    seconds = loop.time() - began
    count = len(requests) * share
    used = _each(bench.server.cpu_ms(), before, count)
    whole = _cost_of(name, title, budget, used, count, traffic, seconds)
    failed = await bench.server.failed_work() - failed
    return with_failures(whole, failed, "pieces of work failed")


def _each(after: Counter[str], before: Counter[str], count: int) -> Counter[str]:
    return Counter({group: (after[group] - before[group]) / count for group in after})


def _cost_of(
    name: str,
    title: str,
    budget: float | None,
    cpu: Counter[str],
    count: int,
    traffic: Traffic,
    seconds: float | None = None,
) -> Cost:
    return Cost(
        name=name,
        title=title,
        budget=budget,
        cpu=cpu,
        count=count,
        seconds=traffic.seconds if seconds is None else seconds,
        latencies=sorted(traffic.latencies),
        failures=traffic.failures,
        first_failure=traffic.first_failure,
    )


def with_failures(cost: Cost, missing: int, what: str) -> Cost:
    """The same cost, with so many failures more."""
    if missing <= 0:
        return cost
    return replace(
        cost,
        failures=cost.failures + missing,
        first_failure=cost.first_failure or f"{missing} {what}",
    )
