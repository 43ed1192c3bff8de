"""People with their apps: 100 to 500 of them, all at once, and what they do in a day."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from redis.asyncio import Redis

from bench.figures import Crowded, Fact, Figure
from bench.measuring import Bench
from bench.visitors import PASSWORD
from echo.embedded import find_engines
from echo.policy.passwords import hash_password

USERS = "users"
STAGES = (100, 150, 250, 500)
THINK_SECONDS = 1.0
# At once in `spend_days`: enough to keep every process busy.
BUSY_PEOPLE = 24
# Requests of a person in a day.
READS, WRITES = 100, 10
_LOOK_SECONDS = 1.0
_FOLLOWED, _NEIGHBOURS = 20, 10
_FOLLOW = """
    INSERT INTO follows (follower_id, followee_id, state, uri, boosts, notify, created_at)
    SELECT f.follower, f.followee, 'accepted', 'bench:' || f.follower || ':' || f.followee, true, false, $3
    FROM unnest($1::bigint[], $2::bigint[]) AS f(follower, followee) ON CONFLICT DO NOTHING
"""
_LAG = """
    SELECT coalesce(extract(epoch FROM now() - min(due_at)), 0)::float8
    FROM jobs WHERE NOT dead AND due_at < now()
"""


@dataclass(slots=True)
class Watch:
    """What is seen of the server while people are busy."""

    lag_seconds: float = 0.0
    memory: Counter[str] = field(default_factory=Counter)
    hits: int = 0
    misses: int = 0

    @property
    def hit_ratio(self) -> float:
        return self.hits / max(1, self.hits + self.misses)


async def measure_users(bench: Bench) -> list[Figure]:
    """Everything of this file, the quiet first."""
    people = bench.people or (STAGES[-1] if not bench.is_quick else 40)
    names, accounts = await _settle(bench, people)
    figures: list[Figure] = []

    async def crowd(name: str, title: str, count: int, work: Awaitable[dict[str, Any]]) -> Crowded:
        async with _watched(bench) as watch:
            told = await work
        kinds = {kind: sorted(took) for kind, took in told["latencies"].items()}
        figures.append(
            Crowded(
                name=f"{USERS}-{name}",
                title=title,
                people=count,
                seconds=told["seconds"],
                latencies=sorted(chain.from_iterable(kinds.values())),
                kinds=kinds,
                hit_ratio=watch.hit_ratio,
                lag_seconds=watch.lag_seconds,
                memory=watch.memory,
                failures=told["failures"],
                first_failure=told["first_failure"],
            )
        )
        return figures[-1]  # type: ignore[return-value]

    ask, port = bench.outside.visitors, bench.port
    entering = ask("log_in", port=port, names=names, accounts=accounts, at_once=16)
    await crowd("login", f"{people} log in through OAuth", people, entering)
    for count in [stage for stage in STAGES if stage <= people] or [people // 4, people]:
        living = ask("live", count=count, seconds=bench.stage_seconds, think_seconds=THINK_SECONDS)
        await crowd(str(count), str(count), count, living)
    spike = ask("live", count=people, seconds=bench.spike_seconds, think_seconds=THINK_SECONDS)
    await crowd("spike", f"spike of {people}, {bench.spike_seconds:.0f} s", people, spike)
    figures.append(await _drained(bench))
    days = ask("spend_days", count=BUSY_PEOPLE, seconds=bench.stage_seconds)
    day = await crowd("day", f"days of {READS} reads, {WRITES} writes", BUSY_PEOPLE, days)
    rate = day.per_second * 86_400 / (READS + WRITES)
    figures.append(Fact(name="users-days", title="such days in a day", value=rate, unit="people"))
    return figures


async def _drained(bench: Bench) -> Fact:
    """How long the work takes that is left after the spike."""
    began = asyncio.get_running_loop().time()
    await bench.server.drained()
    seconds = asyncio.get_running_loop().time() - began
    return Fact(name="users-drain", title="after the spike, until no work is left", value=seconds, unit="s")


async def _settle(bench: Bench, people: int) -> tuple[list[str], list[int]]:
    """Give members of the crowd a password and people to follow.

    Returns: their names, and who may be looked at
    """
    database, world = bench.server.database, bench.world
    members = world.crowd.ids[:people]
    hashed = await hash_password(PASSWORD)
    await database.execute("UPDATE users SET password_hash = $1 WHERE id = ANY($2)", hashed, members)
    pairs = [
        (member, followee)
        for number, member in enumerate(members)
        for followee in (
            *(world.people[(number + step) % len(world.people)].id for step in range(_FOLLOWED)),
            *(members[(number + step) % len(members)] for step in range(1, _NEIGHBOURS + 1)),
        )
    ]
    followers, followees = zip(*pairs, strict=True)
    await database.execute(_FOLLOW, list(followers), list(followees), datetime.now(UTC))
    async with _redis(bench) as redis:
        await redis.flushall()  # home timelines are built anew, as after any loss
    rows = await database.fetch("SELECT username FROM accounts WHERE id = ANY($1) ORDER BY id", members)
    return [row["username"] for row in rows], [person.id for person in world.people] + members


@asynccontextmanager
async def _redis(bench: Bench) -> AsyncIterator[Redis]:
    engines = find_engines(bench.server.data)
    assert engines is not None
    client: Redis = Redis(unix_socket_path=str(engines.redis_socket))
    try:
        yield client
    finally:
        await client.aclose()


@asynccontextmanager
async def _watched(bench: Bench) -> AsyncIterator[Watch]:
    """Look at the server once a second for as long as the block lasts."""
    watch = Watch()

    async def look() -> None:
        while True:
            watch.lag_seconds = max(watch.lag_seconds, await bench.server.database.fetchval(_LAG))
            memory = await asyncio.to_thread(bench.server.memory_bytes)
            watch.memory = max(watch.memory, memory, key=lambda one: sum(one.values()))
            await asyncio.sleep(_LOOK_SECONDS)

    async with _redis(bench) as redis:
        before = await redis.info("stats")
        looking = asyncio.create_task(look())
        try:
            yield watch
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
        after = await redis.info("stats")
    watch.hits = after["keyspace_hits"] - before["keyspace_hits"]
    watch.misses = after["keyspace_misses"] - before["keyspace_misses"]
