"""What a process holds while it talks to other servers. `bind()` makes it the one that this package uses."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from activitypub import iri
from echo import __version__, addresses, settings
from echo.config import Config
from echo.ending import end
from echo.errors import Unavailable
from echo.ports import Reply
from federation.blocked import BlockedServers
from federation.client import ANSWER_BYTES, Client
from federation.errors import FederationError
from federation.keys import Keyring
from federation.knocking import Knocker
from federation.memory import Memory
from federation.reach import reach_of, reach_of_services
from federation.schemes import Schemes
from federation.transport import Transport, open_transport

log = logging.getLogger(__name__)

MOST_BACKGROUND_TASKS = 100
SERVICE_CONNECTIONS = 16


@dataclass(slots=True)
class Network:
    """Shapes:  failures: addresses that are not asked again for a while, with what they said;
    strikes: how often they failed before, in a row;
    flights: questions that are being asked now, so that nobody asks them twice;
    known_hosts: servers that were asked something lately; digests: of followers, by account and host;
    services: reaches what the operator has chosen
    """

    client: Client
    services: Client
    keys: Keyring
    failures: Memory[str, FederationError]
    strikes: Memory[str, int]
    blocked: BlockedServers
    schemes: Schemes
    digests: Memory[int, dict[str, str]] = field(default_factory=lambda: Memory(size=50, seconds=60))
    known_hosts: Memory[str, bool] = field(default_factory=lambda: Memory(size=20_000, seconds=3_600))
    flights: dict[str, asyncio.Task[Any]] = field(default_factory=dict)
    background: set[asyncio.Task[None]] = field(default_factory=set)

    def bind(self) -> None:
        """Make this the network of the current task and of the tasks it starts."""
        _current.set(self)

    def start(self, work: Coroutine[Any, Any, object], name: str) -> asyncio.Task[None] | None:
        """Do something beside, that nobody waits for and that may be lost. When there is too much, it is."""
        if len(self.background) >= MOST_BACKGROUND_TASKS:
            work.close()
            return None
        task = asyncio.create_task(_quietly(work, name))
        self.background.add(task)
        task.add_done_callback(self.background.discard)
        return task

    async def close(self) -> None:
        """End what is done beside, and close every connection."""
        await end([*self.background, *self.flights.values()])
        await self.client.close()
        await self.services.close()

    async def call_service(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> Reply:
        """`echo.ports.Caller`: ask a service that the operator has chosen."""
        try:
            answer = await self.services.call(method, url, body, headers=headers, limit_bytes=ANSWER_BYTES)
        except FederationError as error:
            raise Unavailable(retry_after_seconds=60, detail=str(error)) from error
        return Reply(answer.status, answer.body)


_current: ContextVar[Network] = ContextVar("echo_network")


def network() -> Network:
    """The network of the current task."""
    return _current.get()


def open_network(config: Config, *, transport: Transport | None = None) -> Network:
    """The client and the keys of a process.

    Shapes:  transport: how bytes travel, in tests; real connections otherwise
    """
    reach = reach_of(config)
    blocked, schemes = BlockedServers(), Schemes()
    client = Client(
        transport=transport or open_transport(reach),
        reach=reach,
        user_agent=f"Echo/{__version__} (+{config.base_url}/)",
        deadline_seconds=config.federation.timeout_seconds,
        per_host=config.federation.deliveries_per_host,
        in_all=config.federation.deliveries_at_once + 32,
        is_blocked=blocked.have,
        is_barred=blocked.bars,
        knocker=Knocker(schemes),
    )
    in_house = reach_of_services(config)
    services = Client(
        transport=transport or open_transport(in_house, connections=SERVICE_CONNECTIONS),
        reach=in_house,
        user_agent=f"Echo/{__version__} (+{config.base_url}/)",
        deadline_seconds=config.federation.timeout_seconds,
    )
    return Network(
        client=client,
        services=services,
        keys=Keyring(),
        failures=Memory(size=10_000, seconds=600),
        strikes=Memory(size=10_000, seconds=2 * 86_400),
        blocked=blocked,
        schemes=schemes,
    )


def allow_http() -> bool:
    """Whether ids may be plain http, with ports and local names: in development only."""
    return settings.here().dev.enabled


def is_ours(address: str) -> bool:
    """Whether an address is on this server, however it is spelled."""
    host = iri.host_of(address, allow_http=True)
    return addresses.here().is_ours(address) or (host is not None and is_our_host(host))


def is_our_host(host: str) -> bool:
    """Whether a canonical host, with its port where it has one, is this server."""
    return host == addresses.here().host.lower()


async def _quietly(work: Coroutine[Any, Any, object], name: str) -> None:
    try:
        await work
    except FederationError as error:
        log.info("%s: %s", name, error)
    except Exception:
        log.exception("%s failed", name)
