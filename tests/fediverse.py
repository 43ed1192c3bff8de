"""Several Echos in one process, and a router that carries requests between them by host name.

Each has a database and a key prefix of its own. A request from one is answered by the application of the
other, in the other's context; no socket is opened. Queues are worked off when a test says so.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import httpx
import msgspec
from quart import Quart

from echo.config import Config
from echo.kinds import Lane
from echo.runtime import Runtime, open_runtime
from echo.store import inbound, jobs
from federation.delivery import Drain
from federation.processing import settle
from tests.applications import application
from workers import accounts, servers, threads, webhooks
from workers.later import Again, Later
from workers.outbound import JOBS

Found = TypeVar("Found")
Answer = Callable[[httpx.Request], Awaitable[httpx.Response]]
OWNER = "test/1"
# Jobs that need no runtime: they change who follows whom, or ask other servers.
OTHERS: dict[str, Callable[..., Awaitable[None]]] = (
    {name: accounts.JOBS[name] for name in ("accounts.leave_domain", "accounts.move_followers")}
    | threads.JOBS
    | servers.JOBS
    | webhooks.JOBS
)


@dataclass
class Router(httpx.AsyncBaseTransport):
    """Carries requests by host; what was asked is kept in `asked`."""

    hosts: dict[str, Answer] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.asked.append(request)
        answer = self.hosts.get(request.headers["host"])
        if answer is None:
            raise httpx.ConnectError(f"nobody is {request.headers['host']}")
        response = await answer(request)
        response.request = request  # as the transport of real life has it
        return response

    def asked_of(self, host: str) -> list[httpx.Request]:
        """The requests to a host, the oldest first."""
        return [request for request in self.asked if request.headers["host"] == host]


class Echo:
    """One server."""

    def __init__(self, host: str, runtime: Runtime) -> None:
        self.host = host
        self.runtime = runtime
        self.app: Quart = application(runtime)
        self._asgi = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)

    async def run(self, work: Coroutine[Any, Any, Found]) -> Found:
        """Do something on this server."""

        async def bound() -> Found:
            self.runtime.bind()
            return await work

        try:
            return await asyncio.create_task(bound(), context=contextvars.Context())
        finally:
            if asyncio.iscoroutine(work):
                work.close()  # cancelled before it began

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""

        async def asked() -> httpx.Response:
            response = await self._asgi.handle_async_request(request)
            content = await response.aread()
            return httpx.Response(response.status_code, headers=response.headers, content=content)

        return await self.run(asked())

    async def work(self) -> int:
        """Run every due job, delivery and inbound activity; how many there were."""
        return await self.run(work())


async def work() -> int:
    """Work off what is due on the bound server; how much there was."""
    done = 0
    for row in [*await jobs.claim(OWNER, 100), *await jobs.claim(OWNER, 100, Lane.OUTSIDE)]:
        done += 1
        job = JOBS.get(row["name"]) or OTHERS.get(row["name"])
        try:
            if job is not None:
                await job(None, **json.loads(row["arguments"]))
        except Later as later:
            await jobs.postpone(OWNER, row["id"], later.seconds)
        except Again as again:
            await jobs.postpone(OWNER, row["id"], max(60.0, again.seconds), str(again))
        else:
            await jobs.finish(OWNER, row["id"])
    drain = Drain(OWNER)
    await drain.step()
    while not drain.is_idle:
        await asyncio.sleep(0.001)
        await drain.step()
    for stored in await inbound.claim(owner=OWNER, limit=100, lease_seconds=60):
        done += 1
        await settle(stored, OWNER)
    return done


async def settle_down(servers: Sequence[Echo]) -> None:
    """Work off the queues of all servers, and what they do beside, until nothing is left."""
    for _ in range(20):
        done = [await server.work() for server in servers]
        beside = [task for server in servers for task in server.runtime.network.background]
        await asyncio.gather(*beside, return_exceptions=True)
        if not any(done) and not beside:
            return
    raise AssertionError("the servers never come to rest")


def config_for(host: str, template: Config, database_url: str, *, domain: str = "") -> Config:
    """The configuration of a test server that lives at https://<host>; its handles may be at another host."""
    replace = msgspec.structs.replace
    return replace(
        template,
        instance=replace(template.instance, domain=domain or host),
        server=replace(template.server, base_url=f"https://{host}"),
        database=replace(template.database, url=database_url, pool_size=3),
        redis=replace(template.redis, prefix=f"{host}:"),
    )


def database_beside(url: str, name: str) -> str:
    """The address of another database of the same engine."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@asynccontextmanager
async def open_echo(
    host: str,
    router: Router,
    template: Config,
    database_url: str,
    folder: Path,
    *,
    domain: str = "",
) -> AsyncIterator[Echo]:
    """A server that lives at a host of the router, over a migrated database.

    Shapes:  domain: the host of its handles, where that is another one
    """
    config = config_for(host, template, database_url, domain=domain)

    async def start() -> Runtime:
        return await open_runtime(config, folder, transport=router)

    runtime = await asyncio.create_task(start(), context=contextvars.Context())
    server = Echo(host, runtime)
    router.hosts[host] = server.answer
    try:
        yield server
    finally:
        del router.hosts[host]
        await server.run(runtime.close())
