"""Readers that do not read, while much happens. Only with `--only stalled`.

What happens is said on the bus, because no machine publishes two hundred posts a second beside this.
"""

from __future__ import annotations

import asyncio

import msgspec

from bench import wire
from bench.figures import Fact, Figure, percentile
from bench.measuring import Bench
from echo.bus import Live
from echo.config import Config
from echo.embedded import find_engines

STALLED, READING, RATE = 200, 20, 200
SECONDS, QUICK_SECONDS = 60.0, 10.0
STREAM = "public"
_HELLO = b'{"type":"echo:hello","version":1}'
_MEGABYTE = 2**20


async def measure_stalled(bench: Bench) -> list[Figure]:
    """Half of those that do not read have said hello: theirs is a queue that drops, and says so."""
    tokens = bench.world.crowd.tokens
    opened = await bench.outside.open_sockets(bench.port, _requests(bench, tokens[:READING]))
    before = bench.server.memory_bytes()["streaming"]
    half = STALLED // 2
    silent = tokens[READING : READING + STALLED]
    await bench.outside.stall(bench.port, _requests(bench, silent[:half]))
    stalled = await bench.outside.stall(bench.port, _requests(bench, silent[half:]), wire.masked(_HELLO))
    peak = [before]
    looking = asyncio.create_task(_look(bench, peak))
    seconds = QUICK_SECONDS if bench.is_quick else SECONDS
    used = bench.server.cpu_ms()
    try:
        result = await bench.outside.storm(*await _storm(bench), RATE, seconds)
    finally:
        looking.cancel()
    used = bench.server.cpu_ms() - used
    ends = await bench.outside.wake()
    await bench.outside.close_sockets()
    spent = [
        Fact(name=f"stalled-cpu-{role}", title=f"- CPU of {role} for each event", value=ms, unit="ms")
        for role in ("streaming", "PostgreSQL")
        if (ms := used[role] / result["sent"])
    ]
    return _figures(opened, half + stalled, result, ends, max(peak) - before) + spent


def _requests(bench: Bench, tokens: list[str]) -> list[bytes]:
    return [wire.open_socket(bench.port, token=token, stream=STREAM) for token in tokens]


async def _storm(bench: Bench) -> tuple[str, str, list[tuple[int, bytes]]]:
    # What answers others is not said in public.
    rows = await bench.server.database.fetch(
        "SELECT id FROM posts WHERE id = ANY($1) AND in_reply_to_id IS NULL ORDER BY id", bench.world.post_ids
    )
    engines = find_engines(bench.server.data)
    assert engines is not None
    encode = msgspec.msgpack.Encoder().encode
    said = [(row["id"], encode(Live(event="update", post=row["id"], local=True))) for row in rows]
    return str(engines.redis_socket), f"{Config().redis.prefix}live:public", said


async def _look(bench: Bench, peak: list[int]) -> None:
    while True:
        peak.append((await asyncio.to_thread(bench.server.memory_bytes))["streaming"])
        await asyncio.sleep(1)


def _figures(
    opened: int, stalled: int, result: dict[str, object], ends: dict[str, int], grown_bytes: int
) -> list[Figure]:
    latencies = sorted(result["latencies"]) or [0.0]  # type: ignore[call-overload]
    missing = int(str(result["sent"])) * opened - len(latencies)
    wrong = [
        text
        for count, text in (
            (missing, f"{missing} events did not arrive at those who read"),
            (ends["neither"], f"{ends['neither']} that do not read were neither closed nor told of a gap"),
        )
        if count > 0
    ]
    title = f"{result['sent']} events, {stalled} stalled and {result['reading']} reading sockets"
    return [
        Fact(
            name="stalled-p99",
            title=f"{title}: those who read, p99",
            value=percentile(latencies, 0.99),
            unit="ms",
            budget=1000.0,
            failures=len(wrong),
            first_failure="; ".join(wrong),
        ),
        Fact(name="stalled-p50", title="- p50", value=percentile(latencies, 0.5), unit="ms"),
        Fact(
            name="stalled-memory",
            title="- the streaming process grew by",
            value=grown_bytes / _MEGABYTE,
            unit="MB",
            budget=200.0,
        ),
        Fact(
            name="stalled-each",
            title="- for each that does not read",
            value=grown_bytes / _MEGABYTE / stalled,
            unit="MB",
            budget=1.0,
        ),
        Fact(name="stalled-closed", title="- closed", value=float(ends["closed"]), unit=""),
        Fact(name="stalled-gaps", title="- told of a gap", value=float(ends["gaps"]), unit=""),
    ]
