"""Builds the real things once for a process: database, cache, addresses, directory of other servers."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from cryptography.fernet import Fernet

from echo import addresses, bus, db, ids, jobs, ports, settings
from echo.addresses import Addresses
from echo.cache import Cache, open_cache
from echo.conferencing.opening import open_room_engines
from echo.config import Config
from echo.config.choice import applied
from echo.db import Database
from echo.effects import jobs_of, lane_of, live_of
from echo.errors import Unavailable
from echo.events import AccessEnded, Event
from echo.humans.opening import open_human_check
from echo.jobs import Queue
from echo.live import messages_of
from echo.media import port as media_port
from echo.media.port import MediaStore
from echo.media.storage import LocalMediaStore
from echo.openid.opening import open_identity_provider
from echo.policy import push_keys, seals
from echo.policy.push_keys import PushKeys
from echo.policy.secret_texts import new_secret
from echo.replica import Replica, open_replica
from echo.search.meilisearch import MeilisearchIndex
from echo.search.postgresql import PostgresIndex
from echo.store import access, chosen_settings, push
from echo.translation.opening import open_translator
from federation.files import Files
from federation.json_server import JsonServer
from federation.mail_servers import MailServers
from federation.network import Network, open_network
from federation.resolve import Directory
from federation.transport import Transport

log = logging.getLogger(__name__)
# How long a process waits at its start for engines that start too, and how often it looks
# whether other settings were chosen.
PATIENCE_SECONDS, CHOICES_SECONDS = 30.0, 5.0


@dataclass(slots=True)
class Runtime:
    """What a process holds while it runs. `bind()` is called at the start of every task tree that uses it."""

    config: Config
    data: Path
    database: Database
    cache: Cache
    addresses: Addresses
    directory: ports.RemoteDirectory
    network: Network
    media: MediaStore
    translator: ports.Translator
    search: ports.SearchIndex
    room_engines: ports.Engines
    identity_provider: ports.IdentityProvider
    push_keys: PushKeys
    seal: Fernet
    human_check: ports.HumanCheck = field(default_factory=ports.NullHumanCheck)
    mail_servers: ports.MailServers = field(default_factory=ports.NullMailServers)
    replica: Replica | None = None
    configured: Config | None = None
    """The configuration without what was chosen while the server runs."""

    def bind(self) -> None:
        """Make this the runtime of the current task and of the tasks it starts."""
        self.database.bind()
        self.cache.bind()
        if self.replica is not None:
            self.replica.bind()
        settings.bind(self.config, self.configured)
        addresses.bind(self.addresses)
        ports.bind_directory(self.directory)
        ports.bind_files(Files() if self.config.federation.enabled else ports.NullFiles())
        self.network.bind()
        push_keys.bind(self.push_keys)
        seals.bind(self.seal)
        media_port.bind(self.media)
        ports.bind_translator(self.translator)
        ports.bind_search_index(self.search)
        ports.bind_room_engines(self.room_engines)
        ports.bind_identity_provider(self.identity_provider)
        ports.bind_human_check(self.human_check)
        ports.bind_mail_servers(self.mail_servers)
        ports.bind_caller(self.network.call_service)

    async def choose(self) -> None:
        """Read what was chosen while the server runs; from now on it counts here."""
        self.configured = self.configured or self.config
        self.config = applied(self.configured, await chosen_settings.load())

    async def keep_up(self) -> None:
        """Follow what is chosen, for as long as the process runs."""
        while True:
            await asyncio.sleep(CHOICES_SECONDS)
            with contextlib.suppress(*db.ERRORS, Unavailable):
                await self.choose()

    async def close(self) -> None:
        """Close every connection."""
        await self.search.close()
        await self.network.close()
        await self.cache.close()
        if self.replica is not None:
            await self.replica.close()
        await self.database.close()


async def open_runtime(
    config: Config, data: Path, *, transport: Transport | None = None, can_repeat: bool = False
) -> Runtime:
    """Connect to the engines that the configuration names.

    Shapes:  transport: how requests to other servers travel, in tests; can_repeat: see `Database.open`
    Raises:  Unavailable when the database cannot be reached; ConfigError when Redis is not what is said of it
    """
    config = _with_texts(config, data)
    database = Database()
    await database.open(
        config.database.pool_url or config.database.url,
        pool_size=config.database.pool_size,
        statement_timeout_seconds=config.database.statement_timeout_seconds,
        can_repeat=can_repeat,
        is_pooled=bool(config.database.pool_url),
    )
    redis = open_cache(config.redis)
    try:
        await redis.check()
        ids.set_process(await db.fetch_value("SELECT nextval('process_numbers')"))
        keys, seal = await push.server_keys(), await asyncio.to_thread(seals.load, data)
        proof_secret = await push.shared_secret("sign_up_proof", new_secret)
    except BaseException:
        await database.close()
        raise
    network = open_network(config, transport=transport)
    runtime = Runtime(
        config=config,
        data=data,
        database=database,
        cache=redis,
        addresses=addresses.of(config),
        directory=Directory() if config.federation.enabled else ports.NullDirectory(),
        network=network,
        media=open_media_store(config, data),
        translator=open_translator(config.translation, network.call_service),
        search=_search_index(config),
        room_engines=open_room_engines(config.rooms, network.call_service),
        identity_provider=open_identity_provider(config.openid, network.call_service),
        push_keys=keys,
        seal=seal,
        human_check=open_human_check(config.registrations, network.call_service, proof_secret),
        mail_servers=MailServers(),
        replica=open_replica(config.database, db.log_position),
    )
    database.after_commit = hand_on
    runtime.bind()
    # Not there yet where the migrations are still to run.
    with contextlib.suppress(*db.ERRORS):
        await runtime.choose()
    runtime.bind()
    return runtime


def _search_index(config: Config) -> ports.SearchIndex:
    if config.search.engine == "meilisearch":
        return MeilisearchIndex(JsonServer(config.search.url, config.search.key), config.search.index)
    return PostgresIndex()


async def open_patiently(
    config: Config, data: Path, stop: asyncio.Event, *, can_repeat: bool = False
) -> Runtime | None:
    """The runtime once the engines answer; None when `stop` is set before.

    Shapes:  can_repeat: see `Database.open`
    Raises:  Unavailable when they do not answer for half a minute
    """
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while not stop.is_set():
        try:
            return await open_runtime(config, data, can_repeat=can_repeat)
        except Unavailable as error:
            if asyncio.get_running_loop().time() >= deadline:
                raise
            log.info("waiting for the database: %s", error)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await stop.wait()
    return None


def open_media_store(config: Config, data: Path) -> MediaStore:
    """Where files are kept: in the bucket that the configuration names, else in a folder."""
    if not config.object_store.bucket:
        return LocalMediaStore(media_folder(config, data), config.media_url)
    # Only servers that use it pay for its library.
    objects = importlib.import_module("echo.media.objects")
    opened: MediaStore = objects.ObjectMediaStore(config.object_store, config.media_url)
    return opened


def media_folder(config: Config, data: Path) -> Path:
    """Where uploaded files lie."""
    return Path(config.media.path) if config.media.path else data / "media"


def _with_texts(config: Config, data: Path) -> Config:
    """The configuration with the folder of texts where none is given."""
    if config.instance.texts:
        return config
    instance = msgspec.structs.replace(config.instance, texts=str(data / "texts"))
    return msgspec.structs.replace(config, instance=instance)


async def hand_on(happened: Sequence[Event]) -> None:
    """After a commit: wake the workers, and say live what needs no work first."""
    for event in happened:
        if isinstance(event, AccessEnded):
            access.forget(event.user_id, event.token_id)
    queues = {Queue(lane_of(name).value) for event in happened for name, _ in jobs_of(event)}
    live = [message for event in happened if live_of(event) for message in messages_of(event)]
    await bus.publish(live, first=[jobs.ringing(queue) for queue in queues])
    for queue in queues:
        await jobs.wake(queue, is_rung=True)
