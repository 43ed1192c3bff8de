"""Everything that is kept in Redis, over a real Redis Cluster: each key on its server, live messages too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from echo import bus, cache, event_log
from echo.bus import Live
from echo.config import Config
from echo.config.load import ConfigError
from echo.errors import TooMany
from echo.event_log import Pointer
from echo.http import limits
from echo.http.limits import Limit
from echo.runtime import Runtime, open_runtime
from echo.store import home, room_seats
from echo.store.cursor import Cursor
from tests import make
from tests.cluster import Cluster, cluster
from tests.conftest import changed
from tests.emptying import empty
from tests.streaming.conftest import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def servers() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture
async def runtime(migrated: Config, servers: Cluster, tmp_path: Path) -> AsyncIterator[Runtime]:
    """In place of the one with a single Redis."""
    config = changed(migrated, redis={"url": servers.nodes[1].url, "cluster": True})
    opened = await open_runtime(config, tmp_path)
    await empty()
    yield opened
    await opened.close()


async def test_what_is_not_as_configured_is_said(migrated: Config, servers: Cluster, tmp_path: Path) -> None:
    single = changed(migrated, redis={"url": servers.nodes[0].url})
    with pytest.raises(ConfigError, match=r"set redis\.cluster = true"):
        await open_runtime(single, tmp_path)
    with pytest.raises(ConfigError, match="is no cluster"):
        await open_runtime(changed(migrated, redis={"cluster": True}), tmp_path)


async def test_commands_of_many_keys_reach_every_server(runtime: Runtime) -> None:
    client, keys = cache.client(), [cache.key("many", number) for number in range(30)]
    await cache.send([("SET", key, number) for number, key in enumerate(keys)])
    assert await client.mget(keys) == [b"%d" % number for number in range(30)]
    assert len(await cache.servers()) == 3
    assert len({(await cache.address_of(key))[1] for key in keys}) == 3
    assert await client.delete(*keys[:10]) == 10
    answers = await cache.send(
        [("GET", keys[20]), ("LPUSH", keys[21], "no list"), ("GET", keys[22])], must=False
    )
    assert (answers[0], answers[2]) == (b"20", b"22")
    assert "WRONGTYPE" in str(answers[1])
    await cache.forget_everything()
    assert await client.mget(keys) == [None] * 30
    assert await cache.ping()


async def test_timelines_logs_seats_and_limits(runtime: Runtime) -> None:
    people = [await make.person() for _ in range(12)]
    ids = [person.id for person in people]
    for account_id in ids:
        await home.page(account_id, Cursor(limit=5))
        await event_log.open_log(account_id)
    await home._FEED.push(7, ids)
    for account_id in ids:
        assert await home._FEED._read(account_id, Cursor(limit=5)) == [7]
    before = {id_: (await event_log.open_log(id_)).newest for id_ in ids}
    await bus.publish((bus.user_channel(id_), Live(event="update", post=7)) for id_ in ids)
    found = await event_log.read_many(before, 10)
    assert {id_: [entry.pointer for entry in entries] for id_, entries in found.items()} == {
        id_: [Pointer("update", (7,))] for id_ in ids
    }
    assert len(await event_log.epochs(ids)) == 12
    await room_seats.take(1, ids[0], "a")
    assert await room_seats.sessions([(1, id_) for id_ in ids]) == {(1, ids[0]): "a"}
    some = [Limit("api", id_, 2, 60) for id_ in ids[:3]]
    assert [(await limits.count(some)).remaining for _ in range(2)] == [1, 0]  # type: ignore[union-attr]
    with pytest.raises(TooMany):
        await limits.count(some)


async def test_a_slot_that_moves_takes_its_listeners_along(live: LiveServer, servers: Cluster) -> None:
    """Those who follow their log are told of a gap when it has moved; what comes after it is heard."""
    people = [await make.person() for _ in range(6)]
    ears = [await live.listen(person) for person in people]
    for ear in ears:
        await ear.hello()
    await bus.publish((bus.user_channel(person.id), Live(event="filters")) for person in people)
    for ear in ears:
        assert (await ear.next())["event"] == "filters_changed"

    moved, follower = people[0], ears[0]
    for key in (bus.user_channel(moved.id), event_log.stream_key(moved.id)):
        source = servers.owner_of(key)
        servers.move(key, next(node for node in servers.nodes[:3] if node is not source))
    gap = await _next(follower, 60)
    assert gap["type"] == "echo:gap"
    await asyncio.sleep(1)
    await bus.publish((bus.user_channel(person.id), Live(event="filters")) for person in people)
    for ear in ears:
        assert (await _next(ear, 60))["event"] == "filters_changed"


async def _next(ear: object, seconds: float) -> dict[str, object]:
    async with asyncio.timeout(seconds):
        frame: dict[str, object] = msgspec.json.decode(await ear.socket.recv())  # type: ignore[attr-defined]
    return frame
