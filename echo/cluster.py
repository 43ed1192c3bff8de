"""Redis Cluster: one client over the servers that share the slots.

It takes the commands of a Redis client. Each goes to the server that has the slot of its key; what a pipeline
holds goes to all of them at once, one pipeline each, and its answers come back in order. A command is sent
again only when a server said that it did not do it: slots that moved are found so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError

from echo.redis_pool import Pool, open_pool
from echo.slots import Address, SlotMap, address_in, key_of, slot_of

log = logging.getLogger(__name__)
Command = tuple[tuple[Any, ...], dict[str, Any]]
# How often a command follows slots that move, and how long it waits for those that are between two servers.
TRIES, PAUSE_SECONDS = 4, 0.05
# A map of the slots that failed is asked for anew, at most so often.
LOOK_AGAIN_SECONDS = 0.5
# Commands of many keys that are one command for each key as well, and how their answers become one.
_SPLIT: Mapping[str, Callable[[list[Any]], Any]] = {
    "DEL": sum,
    "UNLINK": sum,
    "EXISTS": sum,
    "MGET": lambda answers: [values[0] for values in answers],
}


async def connect_outside(pool: ConnectionPool) -> AbstractConnection:
    """A connection as those of a pool, that the pool knows nothing of: for whoever stays on it to listen."""
    connection: Any = cast(Any, pool).make_connection()
    connection.socket_timeout = None
    try:
        await connection.connect()
    except BaseException:
        # Cancelled between the socket and its first answer: nobody else knows of this connection.
        await connection.disconnect(nowait=True)
        raise
    return cast(AbstractConnection, connection)


class ClusterRedis(Redis):
    """A client of a whole cluster.

    Shapes:  url: of one server; others: more servers (host:port) to ask when that one is away;
             opened: makes a client of one server over a connection pool
    """

    def __init__(
        self, url: str, others: Sequence[str], opened: Callable[[ConnectionPool], ArqRedis], **settings: Any
    ) -> None:
        # The connections of this pool are never made; it knows how those of the others are made.
        super().__init__(connection_pool=open_pool(url, **settings))
        self._opened = opened
        self._settings: dict[str, Any] = self.connection_pool.connection_kwargs
        own = self._settings.get("host", "localhost"), int(self._settings.get("port", 6379))
        self._first: list[Address] = [own, *map(address_in, others)]
        self._servers: dict[Address, ArqRedis] = {}
        self._slots = SlotMap()
        self._looking = asyncio.Lock()
        self._is_stale, self._looked_at = True, float("-inf")
        # Who is asked first: whoever answered last, or whoever another server named.
        self._knows: list[Address] = []

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Do one command where its key is."""
        command = str(args[0]).upper()
        if command == "SCRIPT LOAD":
            return await self._load_script(args, options)
        if command in _SPLIT and len(args) > 2:
            answers = await self.run([((command, key), {}) for key in args[1:]], raise_on_error=True)
            return _SPLIT[command](answers)
        if command == "XREAD":
            return await self._read_streams(args, options)
        (answer,) = await self.run([(args, options)], raise_on_error=True)
        return answer

    def pipeline(  # type: ignore[override]
        self, *, transaction: bool = True, shard_hint: str | None = None
    ) -> Pipeline:
        """Commands that are sent together. There are no transactions over several servers."""
        if transaction:
            raise RedisError("a cluster has no transactions: ask for a plain pipeline, or use a script")
        return _Pipeline(self)

    async def run(self, commands: Sequence[Command], *, raise_on_error: bool) -> list[Any]:
        """The answers to these commands, each from the server that has its key.

        Raises:  the first error, when all that can be done was done, unless errors are wanted as answers
        """
        answers: list[Any] = [None] * len(commands)
        left = list(range(len(commands)))
        for _ in range(TRIES):
            await self._look()
            for number, answer in zip(left, await self._at_once([commands[i] for i in left]), strict=True):
                answers[number] = answer
            left = [i for i in left if await self._is_to_be_asked_again(commands[i], answers, i)]
            if not left:
                break
        if raise_on_error:
            for answer in answers:
                if isinstance(answer, BaseException):
                    raise answer
        return answers

    async def _at_once(self, commands: Sequence[Command]) -> list[Any]:
        """One attempt; errors are answers."""
        answers: list[Any] = [None] * len(commands)
        parts: dict[Address, list[int]] = {}
        for number, (args, _) in enumerate(commands):
            try:
                parts.setdefault(self._owner_of(args), []).append(number)
            except RedisConnectionError as error:
                answers[number] = error

        async def ask(address: Address, numbers: list[int]) -> None:
            found = await self._ask(address, [commands[i] for i in numbers])
            for number, answer in zip(numbers, found, strict=True):
                answers[number] = answer

        if len(parts) == 1:
            await ask(*next(iter(parts.items())))
        else:
            await asyncio.gather(*(ask(address, numbers) for address, numbers in parts.items()))
        return answers

    async def _ask(self, address: Address, commands: Sequence[Command]) -> list[Any]:
        server = self._server(address)
        try:
            if len(commands) == 1:
                ((args, options),) = commands
                return [await cast(Any, server).execute_command(*args, **options)]
            async with server.pipeline(transaction=False) as pipe:
                for args, options in commands:
                    pipe.execute_command(*args, **options)
                return await pipe.execute(raise_on_error=False)
        except ResponseError as error:
            return [error]
        except (RedisError, OSError) as error:
            self.look_again()
            return [error] * len(commands)

    async def _is_to_be_asked_again(self, command: Command, answers: list[Any], number: int) -> bool:
        answer = answers[number]
        if not isinstance(answer, ResponseError):
            return False
        word, *rest = str(answer).split(" ")
        if word == "MOVED":
            self._is_stale, self._looked_at = True, float("-inf")
            self._knows = [address for address in [address_in(rest[1])] if address[0]]
            return True
        if word == "ASK":
            answers[number] = await self._ask_other(address_in(rest[1]), command)
            return False
        if word == "CLUSTERDOWN":
            self.look_again()
        if word == "TRYAGAIN":
            await asyncio.sleep(PAUSE_SECONDS)
            return True
        return False

    async def _ask_other(self, address: Address, command: Command) -> Any:
        """Source:  Redis Cluster specification, ASK redirection"""
        found = await self._ask(address, [(("ASKING",), {}), command])
        return found[-1]

    async def _load_script(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        """On every server, for keys of any slot may want it; those that are away learn it later."""
        await self._look()
        found = [await self._ask(address, [(tuple(args), options)]) for address in self._slots.addresses]
        known = [answer for (answer,) in found if not isinstance(answer, BaseException)]
        if not known:
            raise RedisConnectionError("no server of the cluster takes a script")
        return known[0]

    async def _read_streams(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        """XREAD without waiting, one for each stream."""
        at = next(number for number, word in enumerate(args) if word in ("STREAMS", b"STREAMS")) + 1
        before, rest = args[:at], args[at:]
        places = zip(rest[: len(rest) // 2], rest[len(rest) // 2 :], strict=True)
        commands = [((*before, key, after), options) for key, after in places]
        found = await self.run(commands, raise_on_error=True)
        return [stream for streams in found for stream in streams or ()]

    async def ping(self, **_: Any) -> bool:
        """Whether one of the servers answers. Raises what the last one raised."""
        error: Exception | None = None
        for server in await self.servers():
            try:
                return bool(await cast("Any", server.ping()))
            except (RedisError, OSError) as failure:
                error = failure
        raise error or RedisConnectionError("the cluster has no servers")

    async def servers(self) -> list[ArqRedis]:
        """A client of each server that has slots."""
        await self._look()
        return [self._server(address) for address in self._slots.addresses]

    async def server_of(self, key: str) -> ArqRedis:
        """A client of the server that has this key now."""
        return self._server(await self.address_of(key))

    async def address_of(self, key: str) -> Address:
        """The server that has this key. Raises what Redis raises when that cannot be found out."""
        await self._look()
        return self._owner_of(("GET", key))

    async def connect_to(self, address: Address) -> AbstractConnection:
        """A connection to one of the servers, outside of its pool."""
        return await connect_outside(self._server(address).connection_pool)

    def look_again(self) -> None:
        """The map of the slots may be wrong."""
        self._is_stale = True

    def _owner_of(self, args: Sequence[Any]) -> Address:
        key = key_of(args)
        slot = 0 if key is None else slot_of(key)
        address = self._slots.owner_of(slot)
        if address is None:
            self.look_again()
            raise RedisConnectionError(f"no server of the cluster has slot {slot}")
        return address

    def _server(self, address: Address) -> ArqRedis:
        server = self._servers.get(address)
        if server is None:
            settings = self._settings | {"host": address[0], "port": address[1]}
            pool = Pool(
                connection_class=self.connection_pool.connection_class,
                max_connections=self.connection_pool.max_connections,
                **settings,
            )
            server = self._servers[address] = self._opened(pool)
        return server

    async def _look(self) -> None:
        """Read the map of the slots when it may be wrong. One that was read before is better than none."""
        if not self._is_stale:
            return
        async with self._looking:
            now = asyncio.get_running_loop().time()
            if not self._is_stale or (self._slots.addresses and now - self._looked_at < LOOK_AGAIN_SECONDS):
                return
            self._looked_at = now
            error: Exception | None = None
            for address in dict.fromkeys([*self._knows, *self._slots.addresses, *self._first]):
                try:
                    rows = await cast(Any, self._server(address)).execute_command("CLUSTER", "SLOTS")
                except (RedisError, OSError) as failure:
                    error = failure
                    continue
                if rows:
                    self._knows = [address]
                    self._slots.take(rows, address)
                    self._is_stale = False
                    return
            if not self._slots.addresses:
                raise error or RedisConnectionError("the cluster has no slots yet")

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """Close every connection to every server."""
        for server in self._servers.values():
            await server.aclose(close_connection_pool=True)
        self._servers.clear()
        await self.connection_pool.disconnect()


class _Pipeline(Pipeline):
    """Commands that are sent together, each to its server."""

    def __init__(self, cluster: ClusterRedis) -> None:
        super().__init__(cluster.connection_pool, cluster.response_callbacks, False, None)
        self._cluster = cluster

    async def execute(self, *, raise_on_error: bool = True) -> list[Any]:  # type: ignore[override]
        """The answers, in order."""
        commands = cast("list[Command]", self.command_stack)
        self.command_stack = []
        return await self._cluster.run(commands, raise_on_error=raise_on_error) if commands else []


async def is_cluster(server: Redis) -> bool:
    """Whether a server is one of a cluster. Raises what Redis raises when it is away."""
    found = await server.info("cluster")
    return bool(found.get("cluster_enabled"))
