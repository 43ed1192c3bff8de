"""Many sockets: what they take when nothing happens, how late events come, what a resume costs, and readers
that do not read. Only with `--only live`, because it needs a crowd of 5,000.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import websockets

from bench import wire
from bench.figures import Fact, Figure, percentile
from bench.measuring import Bench, send

LIVE = "live"
CROWD, IDLE, SOME, STALLED, MISSED = 5_000, 10_000, 500, 200, 50
RESUMES = 20
# Posts that are not counted, before others are: a server that has just started is slow with its first.
WARMING = 2
# Who leaves is told to be away some seconds later (`echo.streaming.attendance`): calm begins after that.
AWAY_SECONDS, CALM_MS, CALM_TRIES = 12.0, 100.0, 60


async def measure_live(bench: Bench) -> list[Figure]:
    """All of it."""
    tokens = bench.world.crowd.tokens
    figures = await _idle(bench, tokens)
    for title, hello in (("", False), (" after hello", True)):
        for count, followers in ((SOME, SOME), (SOME, CROWD), (CROWD, CROWD)):
            figures += await _events(bench, tokens[:count], followers, title, hello=hello)
    figures += await _resume(bench)
    return figures + await _stalled(bench, tokens)


def _requests(bench: Bench, tokens: list[str], *, hello: bool = False) -> list[bytes]:
    stream = "" if hello else "user"
    return [wire.open_socket(bench.port, token=token, stream=stream) for token in tokens]


async def _open(bench: Bench, tokens: list[str], *, hello: bool = False) -> int:
    greeting = wire.masked(b'{"type":"echo:hello","version":1}') if hello else b""
    opened = await bench.outside.open_sockets(bench.port, _requests(bench, tokens, hello=hello), greeting)
    await asyncio.sleep(2)
    return opened


async def _idle(bench: Bench, tokens: list[str]) -> list[Figure]:
    """Memory of sockets that hear nothing."""
    wanted = (tokens * (IDLE // len(tokens) + 1))[:IDLE]
    before = bench.server.memory_bytes()["streaming"]
    opened = await _open(bench, wanted)
    after = bench.server.memory_bytes()["streaming"]
    await bench.outside.close_sockets()
    await asyncio.sleep(2)
    title = f"streaming process with {opened:,} idle sockets"
    return [
        Fact(name="live-idle", title=title, value=after / 2**20, unit="MB", budget=600.0),
        Fact(
            name="live-socket",
            title="- of one socket",
            value=(after - before) / max(opened, 1) / 1024,
            unit="kB",
            budget=50.0,
            failures=IDLE - opened,
            first_failure=f"{IDLE - opened} sockets were refused" if opened < IDLE else "",
        ),
    ]


async def _events(
    bench: Bench, tokens: list[str], followers: int, title: str, *, hello: bool
) -> list[Figure]:
    """From a request to the event on every socket, and what that costs for each. The author may have more
    followers than there are sockets; these get the post on their timelines in the same time.
    """
    await _calm(bench)
    opened = await _open(bench, tokens, hello=hello)
    count = 40
    author = bench.world.known if followers == SOME else bench.world.popular
    posts = list(wire.marked_posts(bench.port, WARMING + count, token=author.token))
    await bench.outside.events(bench.port, posts[:WARMING], opened)
    before = bench.server.cpu_ms()
    result = await bench.outside.events(bench.port, posts[WARMING:], opened)
    spent = bench.server.cpu_ms()
    await bench.outside.close_sockets()
    await asyncio.sleep(1)
    missing = len(tokens) - opened + result["missing"]
    latencies = sorted(result["latencies"]) or [0.0]
    frames = max(len(latencies), 1)
    name, sockets = f"live{'-hello' if hello else ''}-{len(tokens)}", f"{len(tokens):,} sockets"
    if followers > len(tokens):
        name, sockets = f"{name}-of-{followers}", f"{sockets} of {followers:,} followers"
    return [
        *(
            Fact(
                name=f"{name}-{share}",
                title=f"post to event{title}, {sockets}, {share}",
                value=percentile(latencies, part),
                unit="ms",
                budget=(100.0 if followers == SOME else 1000.0) if share == "p99" else None,
                failures=missing,
                first_failure=f"{missing} events did not arrive" if missing else "",
            )
            for share, part in (("p50", 0.5), ("p99", 0.99))
        ),
        Fact(
            name=f"{name}-cpu",
            title="- CPU of the streaming process for each frame",
            value=(spent["streaming"] - before["streaming"]) / frames,
            unit="ms",
        ),
        Fact(
            name=f"{name}-engines",
            title="- CPU of the engines for each frame",
            value=sum(spent[role] - before[role] for role in ("PostgreSQL", "Valkey")) / frames,
            unit="ms",
        ),
    ]


async def _calm(bench: Bench) -> None:
    """Wait until those who have left are dealt with: thousands of them are work."""
    await asyncio.sleep(AWAY_SECONDS)
    for _ in range(CALM_TRIES):
        before = sum(bench.server.cpu_ms().values())
        await asyncio.sleep(1)
        if sum(bench.server.cpu_ms().values()) - before < CALM_MS:
            return


async def _resume(bench: Bench) -> list[Figure]:
    """A client that has missed 50 events, again and again."""
    token = bench.world.crowd.tokens[0]
    uri = f"ws://127.0.0.1:{bench.port}/api/v1/streaming?access_token={token}"
    welcome, _ = await _hello(uri, None)
    posts = [
        wire.post_status(bench.port, f"missed {n}", token=bench.world.popular.token) for n in range(MISSED)
    ]
    await send(bench, posts, MISSED, clients=4)
    await bench.server.drained()
    resume = {"epoch": welcome["epoch"], "cursor": welcome["cursor"]}
    await _hello(uri, resume)
    before, times, events = bench.server.cpu_ms(), [], 0
    for _ in range(RESUMES):
        began = time.perf_counter()
        _, events = await _hello(uri, resume)
        times.append((time.perf_counter() - began) * 1000)
    spent = bench.server.cpu_ms()
    cost = sum(spent[role] - before[role] for role in ("streaming", "PostgreSQL", "Valkey")) / RESUMES
    title = f"resume of {events} events"
    return [
        Fact(
            name="live-resume",
            title=f"{title}, from opening to caught up, p50",
            value=percentile(sorted(times), 0.5),
            unit="ms",
        ),
        Fact(
            name="live-resume-cpu",
            title="- CPU, engines included",
            value=cost,
            unit="ms",
            failures=0 if events == MISSED else 1,
            first_failure="" if events == MISSED else f"{events} events came",
        ),
    ]


async def _hello(uri: str, resume: dict[str, str] | None) -> tuple[dict[str, Any], int]:
    """The welcome, and how many events came before having caught up."""
    async with websockets.connect(uri, proxy=None) as socket:
        await socket.send(
            json.dumps({"type": "echo:hello", "version": 1} | ({"resume": resume} if resume else {}))
        )
        welcome, events = json.loads(await socket.recv()), 0
        while resume and json.loads(await socket.recv())["type"] != "echo:caught_up":
            events += 1
        return welcome, events


async def _stalled(bench: Bench, tokens: list[str]) -> list[Figure]:
    """How late events come to those who read, without and with some who do not."""
    readers, others = tokens[:SOME], tokens[SOME : SOME + STALLED]
    figures: list[Figure] = []
    for title, stalled in (("no stalled readers", []), (f"{STALLED} stalled readers", others)):
        before = bench.server.memory_bytes()["streaming"]
        if stalled:
            await bench.outside.stall(bench.port, _requests(bench, stalled))
        opened = await _open(bench, readers)
        posts = wire.marked_posts(bench.port, 40 if bench.is_quick else 150, token=bench.world.popular.token)
        result = await bench.outside.events(bench.port, list(posts), opened)
        after = bench.server.memory_bytes()["streaming"]
        await bench.outside.close_sockets()
        await asyncio.sleep(1)
        name = "live-stalled" if stalled else "live-alone"
        latencies = sorted(result["latencies"]) or [0.0]
        figures.append(
            Fact(
                name=name,
                title=f"post to event, {SOME} sockets, {title}, p99",
                value=percentile(latencies, 0.99),
                unit="ms",
                budget=1000.0,
                failures=result["missing"],
                first_failure=f"{result['missing']} events did not arrive" if result["missing"] else "",
            )
        )
        figures.append(
            Fact(
                name=f"{name}-memory",
                title="- the streaming process grew by",
                value=(after - before) / 2**20,
                unit="MB",
                budget=200.0,
            )
        )
    return figures
