"""The drain of inbound activities, as a worker runs it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from echo import clock
from echo.jobs import Queue
from echo.kinds import InboundState
from echo.runtime import Runtime
from echo.store import inbound
from echo.store.inbound import Received, Stored
from federation import processing
from federation.reasons import Reason
from workers import inbound as drains
from workers.bells import Bells


async def arrive(actor: str, number: int) -> None:
    """Store an activity of somebody."""
    uri = f"https://peer.test/users/{actor}"
    await inbound.insert(
        Received(
            actor_uri=uri,
            signer_uri=uri,
            uri=f"{uri}/{number}",
            kind="Like",
            host="peer.test",
            body=b"{}",
        )
    )


async def run_until(runtime: Runtime, bells: Bells, is_done: Any) -> None:
    """Let the drain run until something holds."""
    running = asyncio.create_task(drains.drain(runtime, bells, "worker/1"))
    try:
        async with asyncio.timeout(20):
            while not await is_done():
                bells.ring(Queue.INBOUND)
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def pending() -> int:
    return (await inbound.summary())[InboundState.PENDING]


async def test_activities_of_one_actor_keep_their_order(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    under_way: set[str] = set()

    async def process(stored: Stored) -> Reason:
        assert stored.actor_uri not in under_way
        under_way.add(stored.actor_uri)
        await asyncio.sleep(0.001)
        under_way.discard(stored.actor_uri)
        seen.append(stored.uri)
        return Reason.EFFECT

    monkeypatch.setattr(processing, "process", process)
    for number in range(30):
        for actor in ("a", "b", "c"):
            await arrive(actor, number)

    async def is_done() -> bool:
        return await pending() == 0

    await run_until(runtime, Bells(), is_done)
    for actor in ("a", "b", "c"):
        own = [uri for uri in seen if f"/{actor}/" in uri]
        assert own == [f"https://peer.test/users/{actor}/{number}" for number in range(30)]


async def test_a_slow_actor_holds_up_nobody(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = asyncio.Event()
    done: list[str] = []

    async def process(stored: Stored) -> Reason:
        if stored.actor_uri.endswith("slow"):
            await gate.wait()
        done.append(stored.actor_uri)
        return Reason.EFFECT

    monkeypatch.setattr(processing, "process", process)
    await arrive("slow", 1)
    for number in range(20):
        await arrive(f"quick{number}", 1)

    async def is_done() -> bool:
        return len(done) == 20 and await pending() == 1

    await run_until(runtime, Bells(), is_done)
    # The one that was under way was given back, for the next worker.
    [again] = await inbound.claim(owner="worker/2", limit=9, lease_seconds=60)
    assert again.actor_uri.endswith("slow")


async def test_what_a_killed_worker_held_is_taken_by_its_successor(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def process(stored: Stored) -> Reason:
        return Reason.EFFECT

    monkeypatch.setattr(processing, "process", process)
    await arrive("a", 1)
    assert len(await inbound.claim(owner="worker/1", limit=9, lease_seconds=600)) == 1

    async def is_done() -> bool:
        return await pending() == 0

    await run_until(runtime, Bells(), is_done)


async def test_r_22_an_activity_that_kills_three_workers_alone_is_left(runtime: Runtime) -> None:
    """Once in company, which proves nothing, then three times with nothing else under way."""
    await arrive("a", 1)
    await arrive("a", 2)
    await arrive("b", 1)
    assert len(await inbound.claim(owner="worker/1", limit=9, lease_seconds=60)) == 3
    await inbound.release_leases("worker/1", died=True)
    assert await inbound.claim(owner="worker/1", limit=9, lease_seconds=60) == []
    for _ in range(processing.MOST_DEATHS):
        suspect = await inbound.claim_suspect(owner="worker/1", lease_seconds=60)
        assert suspect is not None
        assert suspect.uri.endswith("/a/1")
        await inbound.release_leases("worker/1", died=True)
    suspect = await inbound.claim_suspect(owner="worker/1", lease_seconds=60)
    assert suspect is not None
    await processing.settle(suspect, "worker/1")
    [row] = await inbound.listing(state="dead")
    assert (row["uri"][-4:], row["reason"]) == ("/a/1", "gave-up")
    assert row["finished_at"] <= clock.now()
    assert await inbound.requeue([row["id"]]) == 1
    assert await inbound.has_suspects()  # the neighbours, which are still to be tried


async def test_who_was_only_in_company_is_tried_alone_and_done(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way = 0
    most = 0

    async def process(stored: Stored) -> Reason:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1
        return Reason.EFFECT

    monkeypatch.setattr(processing, "process", process)
    for number in range(10):
        await arrive(f"actor{number}", 1)
    assert len(await inbound.claim(owner="worker/1", limit=99, lease_seconds=600)) == 10

    async def is_done() -> bool:
        return await pending() == 0

    await run_until(runtime, Bells(), is_done)
    assert most == 1
