"""A worker process: arq for wake-ups and periodic work, and one drain for each queue of rows."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Coroutine
from typing import Any, cast

import msgspec
from arq import cron
from arq.connections import ArqRedis
from arq.worker import Worker, func

from echo import cache
from echo.ending import end
from echo.kinds import Lane
from echo.runtime import Runtime
from echo.store import jobs as job_store
from echo.store import recent_logs
from federation.delivery import LANDING_SECONDS
from workers import (
    accounts,
    cards,
    deliveries,
    due,
    held,
    inbound,
    letters,
    mail,
    media,
    missed,
    moving,
    outbound,
    periodic,
    presence,
    push,
    rooms,
    search,
    servers,
    strikes,
    threads,
    timelines,
    webhooks,
)
from workers.bells import Bells
from workers.jobs import AWAY, Function, drain, drain_outside

log = logging.getLogger(__name__)

# Every job that `echo.effects` names; a law test compares the two.
FUNCTIONS: dict[str, Function] = {
    **timelines.JOBS,
    **outbound.JOBS,
    **accounts.JOBS,
    **mail.JOBS,
    **cards.JOBS,
    **media.JOBS,
    **search.JOBS,
    **push.JOBS,
    **letters.JOBS,
    **strikes.JOBS,
    **threads.JOBS,
    **rooms.JOBS,
    **presence.JOBS,
    **moving.JOBS,
    **servers.JOBS,
    **held.JOBS,
    **webhooks.JOBS,
}
RENEW_SECONDS = 20.0


def owner_name(slot: int) -> str:
    """The name under which a worker holds leases: stable, so that its successor can give them back."""
    return f"{socket.gethostname()[:40]}/{slot}"


async def work(runtime: Runtime, stop: asyncio.Event, *, slot: int = 1) -> None:
    """Drain all queues until `stop` is set, then finish what is under way."""
    owner, bells = owner_name(slot), Bells()
    await job_store.release(owner)
    bells.ring_all()
    tasks = [
        _kept_alive("jobs", lambda: drain(runtime, FUNCTIONS, bells, owner)),
        _kept_alive("slow jobs", lambda: drain(runtime, FUNCTIONS, bells, owner, Lane.SLOW)),
        _kept_alive("outside jobs", lambda: drain_outside(runtime, FUNCTIONS, bells, owner)),
        _kept_alive("leases", lambda: _renew(owner)),
        _kept_alive("bell", bells.listen),
        _kept_alive("arq", lambda: _arq(bells)),
        _kept_alive("inbound", lambda: inbound.drain(runtime, bells, owner)),
        _kept_alive("logs", recent_logs.keep_for_ever),
        _kept_alive("due", lambda: due.drain(owner)),
        _kept_alive("missed", missed.drain),
        _kept_alive("deliveries", lambda: deliveries.drain(runtime, bells, owner)),
    ]
    running = [asyncio.create_task(task) for task in tasks]
    await stop.wait()
    # Deliveries that are under way may land.
    await end(running, again_seconds=LANDING_SECONDS + 5.0)
    with contextlib.suppress(Exception):
        await job_store.release(owner)


async def _kept_alive(name: str, start: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a loop for ever: a failure is logged and the loop starts again."""
    while True:
        try:
            await start()
        except AWAY as error:
            # Known, said by many loops, and over when it is over: a line each is enough.
            log.warning("%s: an engine is away, it is tried again: %s", name, error)
        except Exception:
            log.exception("%s stopped and starts again", name)
        await asyncio.sleep(1.0)


async def _renew(owner: str) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        await job_store.extend(owner)


async def _arq(bells: Bells) -> None:
    """arq's own loop: hints and cron. It ends when Redis is away, and is then started again."""

    async def wake(_: dict[str, Any], queue: str) -> None:
        bells.ring(queue)

    redis: ArqRedis = await cache.queue()
    worker = Worker(
        functions=[func(cast(Any, wake), name="wake", keep_result=0, timeout=5)],
        cron_jobs=[
            cron(
                cast(Any, job.run),
                name=f"{job.name}{cache.QUEUE_TAG}",
                hour=job.hours,
                minute=job.minutes,
                second=7,
                keep_result=0,
            )
            for job in periodic.PERIODIC
        ],
        redis_pool=redis,
        queue_name=redis.default_queue_name,
        handle_signals=False,
        poll_delay=1.0,
        health_check_interval=600,
        max_jobs=10,
        keep_result=0,
        job_serializer=msgspec.msgpack.encode,
        job_deserializer=msgspec.msgpack.decode,
    )
    try:
        await worker.async_run()
    finally:
        # The connection pool is the runtime's; arq must not close it.
        for task in worker.tasks.values():
            task.cancel()
