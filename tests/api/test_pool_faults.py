"""A pool that runs out, transactions that lock each other out: a short wait, then 503; nothing is lost."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from quart.typing import TestClientProtocol as Client

from echo import db
from echo.actions import boosts, posts
from echo.config import Config
from echo.errors import Unavailable
from echo.models import Post
from echo.store import costly, house, search_posts
from tests import make
from tests.api.asking import Api
from tests.waiting import eventually


async def test_r_39_a_pool_that_has_run_out_means_503_and_back_in_a_moment(
    api: Api, client: Client, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person("alice")
    monkeypatch.setattr(db, "WAIT_SECONDS", 0.3)
    monkeypatch.setattr(house, "ANSWER_SECONDS", 0.3)
    async with AsyncExitStack() as held:
        for _ in range(config.database.pool_size):
            await held.enter_async_context(db._current.get().client.acquire_connection())
        started = asyncio.get_running_loop().time()
        refused = await client.post(
            "/api/v1/statuses", headers=alice.headers, json={"status": "not while it lasts"}
        )
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert asyncio.get_running_loop().time() - started < 5
        assert (await client.get("/health/live")).status_code == 200
        ready = await client.get("/health/ready")
        assert (ready.status_code, await ready.get_data()) == (503, b"does not answer: database")
    assert (await client.get("/health/ready")).status_code == 200
    said = (await api.post("/api/v1/statuses", by=alice, json={"status": "now"})).one("Status")
    assert await Post.all().values_list("id", flat=True) == [int(said["id"])]


async def test_r_18_a_disk_without_room_for_rows_is_told_in_one_line(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    alice = await make.person("alice")
    await db.execute(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"
    )
    try:
        await db.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )
        refused = await api.post("/api/v1/statuses", by=alice, json={"status": "no room"}, expect=507)
        read = await api.get("/api/v1/timelines/home", by=alice)
    finally:
        await db.execute("DROP FUNCTION full_disk() CASCADE")
    assert refused.json == {"error": "The disk of this server is full: nothing can be written for now"}
    assert read.json == []
    (line,) = [record for record in caplog.records if record.name == "echo.http.errors"]
    assert (line.levelname, line.exc_info) == ("WARNING", None)
    assert line.getMessage() == "POST /api/v1/statuses: could not extend file: No space left on device"
    await api.post("/api/v1/statuses", by=alice, json={"status": "now"})


async def test_s_k08_slow_searches_end_and_hold_up_nothing_else(
    api: Api, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    asleep = most = 0

    async def slow(_: object) -> list[int]:
        nonlocal asleep, most
        asleep += 1
        most = max(most, asleep)
        try:
            await db.fetch("SELECT pg_sleep(30)")  # who sleeps it out is answered 200
        finally:
            asleep -= 1
        return []

    alice = await make.person("alice")
    await api.get("/api/v1/timelines/home", by=alice)
    monkeypatch.setattr(search_posts, "find", slow)
    monkeypatch.setattr(costly, "WAIT_SECONDS", 0.4)
    monkeypatch.setattr(costly, "WORK_SECONDS", 0.8)
    query = {"q": "tea", "type": "statuses"}
    searches = [
        asyncio.create_task(api.get("/api/v2/search", by=alice, query=query, expect=503)) for _ in range(100)
    ]
    while not most:
        await asyncio.sleep(0.01)
    for _ in range(5):
        await api.get("/api/v1/timelines/home", by=alice)
        await api.post("/api/v1/statuses", by=alice, json={"status": "while they search"})
    assert not any(search.done() and search.exception() for search in searches)
    answers = await asyncio.gather(*searches)
    assert {answer.headers["Retry-After"] for answer in answers} == {"5"}
    assert most == (config.database.pool_size + 1) // 2
    assert asleep == 0
    monkeypatch.undo()
    found = await api.get("/api/v2/search", by=alice, query=query)
    assert found.one("Search")["statuses"] == []


async def test_s_k08_the_database_itself_ends_what_takes_too_long(migrated: Config) -> None:
    opened = db.Database()
    await opened.open(migrated.database.url, pool_size=2, statement_timeout_seconds=1)
    try:
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            assert await db.fetch_value("SELECT setting::int FROM pg_settings WHERE name = $1", name) > 0
        with pytest.raises(Unavailable, match="QueryCanceled"):
            await db.fetch("SELECT pg_sleep(30)")
        assert await db.fetch_value("SELECT 1") == 1
    finally:
        await opened.close()


@pytest.mark.usefixtures("runtime")
async def test_r_39_of_two_that_lock_each_other_out_one_goes_on_and_one_is_told_to_come_back() -> None:
    first, second = await make.person(), await make.person()
    both_hold = asyncio.Barrier(2)

    async def change(*people: make.Person) -> None:
        async with db.unit_of_work():
            for number, person in enumerate(people):
                await db.execute("UPDATE accounts SET display_name = $1 WHERE id = $2", "x", person.id)
                if number == 0:
                    await both_hold.wait()

    ended = await asyncio.gather(change(first, second), change(second, first), return_exceptions=True)
    assert sorted(type(one) for one in ended if one is not None) == [Unavailable]
    assert await db.fetch_value("SELECT count(*) FROM accounts WHERE display_name = 'x'") == 2
    await change_alone(first)


async def change_alone(person: make.Person) -> None:
    """Nothing of the failed transaction is left behind on its connection."""
    async with db.unit_of_work():
        await db.execute("UPDATE accounts SET display_name = 'y' WHERE id = $1", person.id)
    assert await db.fetch_value("SELECT display_name FROM accounts WHERE id = $1", person.id) == "y"


@pytest.mark.usefixtures("runtime")
async def test_r_39_deletions_of_people_who_boost_each_other_do_not_lock_each_other_out() -> None:
    """Whoever deletes a boosted post locks the counters of all concerned in the order of their ids."""
    first, second = await make.person(), await make.person()
    post = await make.post(second, "boost this")
    await boosts.boost(first.id, post.id)
    is_held = asyncio.Event()

    async def delete() -> None:
        await is_held.wait()
        await posts.remove(second.id, post.id)

    async def waits() -> bool:
        return bool(
            await db.fetch_value(
                "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                " WHERE NOT l.granted AND a.datname = current_database()"
            )
        )

    deleting = asyncio.create_task(delete())
    async with db.unit_of_work():
        lock = "SELECT 1 FROM account_stats WHERE account_id = $1 FOR UPDATE"
        await db.execute(lock, first.id)
        is_held.set()
        await eventually(waits)
        await db.execute(f"{lock} NOWAIT", second.id)
    await deleting
    counts = await db.fetch("SELECT posts FROM account_stats ORDER BY account_id")
    assert [row["posts"] for row in counts] == [0, 0]
