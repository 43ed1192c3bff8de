"""Pushing: what arrives at the push service, in both encodings, and what becomes of failures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from echo import clock, db
from echo.actions import auth, likes
from echo.config import Config
from echo.kinds import Lane, Visibility
from echo.runtime import Runtime, open_runtime
from echo.store import jobs as job_store
from tests import make
from tests.api.asking import Api
from tests.applications import application
from tests.conftest import changed
from tests.emptying import empty
from tests.make import Person
from tests.push_sink import App, PushSink, proof, push_sink
from workers import jobs, push

PATH = "/api/v1/push/subscription"


@pytest.fixture
async def sink() -> AsyncIterator[PushSink]:
    async with push_sink() as running:
        yield running


@pytest.fixture
async def runtime(migrated: Config, tmp_path: Path) -> AsyncIterator[Runtime]:
    """A server in development: it may talk to this machine."""
    opened = await open_runtime(changed(migrated, dev={"enabled": True}), tmp_path)
    await empty()
    yield opened
    await opened.close()


@pytest.fixture
def api(runtime: Runtime) -> Api:
    return Api(application(runtime).test_client())


async def _subscribe(api: Api, person: Person, sink: PushSink, *, standard: bool = False, **data: Any) -> App:
    app = App()
    chosen = {"alerts": {"mention": True, "favourite": True}} | data
    sent = app.subscription(f"{sink.origin}/send/1?x=a", standard=standard)
    await api.post(PATH, by=person, json={"subscription": sent, "data": chosen})
    return app


async def _work(runtime: Runtime) -> None:
    """Do the pushes that are due now."""
    while await jobs.drain_once(runtime, push.JOBS, "test/1", Lane.OUTSIDE):
        pass


async def _due_again() -> int:
    """Make every push due that waits for another try; how many there are."""
    return await db.execute("UPDATE jobs SET due_at = $1 WHERE name = 'push.send' AND NOT dead", clock.now())


@pytest.mark.parametrize("standard", [False, True])
async def test_a_push_arrives_and_can_be_opened(
    api: Api, runtime: Runtime, sink: PushSink, standard: bool
) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    app = await _subscribe(api, alice, sink, standard=standard)
    post = await make.post(bob, "@alice <b>tea</b> & " + "milk " * 60)
    await _work(runtime)
    (arrived,) = sink.arrived
    message = app.opened(arrived)
    told = (await api.get("/api/v1/notifications", by=alice)).many("Notification")[0]
    assert message["access_token"] == alice.token
    assert message["notification_id"] == int(told["id"])
    assert (message["notification_type"], message["title"]) == ("mention", "bob mentioned you")
    assert message["preferred_locale"] == "en"
    assert message["icon"] == told["account"]["avatar_static"]
    assert message["body"].startswith("@alice <b>tea</b> & milk")
    assert len(message["body"]) == 140
    assert set(message) == {
        "access_token",
        "preferred_locale",
        "notification_id",
        "notification_type",
        "icon",
        "title",
        "body",
    }
    assert str(post.id) not in arrived.body.decode("latin-1")
    assert arrived.headers["ttl"] == "172800"
    assert arrived.headers["urgency"] == "normal"
    assert arrived.headers["content-encoding"] == ("aes128gcm" if standard else "aesgcm")
    assert ("crypto-key" in arrived.headers) != standard
    key, claims = proof(arrived)
    assert key == (await api.get(PATH, by=alice)).json["server_key"]
    assert claims["aud"] == sink.origin
    assert claims["sub"] == "https://echo.test"
    assert 0 < claims["exp"] - clock.now().timestamp() <= 86_400
    assert await _due_again() == 0


async def test_no_two_pushes_are_encrypted_alike(api: Api, runtime: Runtime, sink: PushSink) -> None:
    alice, bob = await make.person("alice"), await make.person()
    await _subscribe(api, alice, sink)
    for _ in range(2):
        await make.post(bob, "@alice")
    await _work(runtime)
    one, two = sink.arrived
    assert one.headers["encryption"] != two.headers["encryption"]
    assert one.headers["crypto-key"].partition(";")[0] != two.headers["crypto-key"].partition(";")[0]


async def test_only_what_is_wanted_is_pushed(api: Api, runtime: Runtime, sink: PushSink) -> None:
    alice, bob = await make.person("alice"), await make.person()
    post = await make.post(alice)
    app = await _subscribe(api, alice, sink, alerts={"favourite": True, "mention": False})
    await make.post(bob, "@alice")
    await make.follow(bob, alice)
    assert await _due_again() == 0
    await likes.like(bob.id, post.id)
    await _work(runtime)
    assert [app.opened(arrived)["notification_type"] for arrived in sink.arrived] == ["favourite"]
    await likes.unlike(bob.id, post.id)
    await likes.like(bob.id, post.id)
    await likes.unlike(bob.id, post.id)
    await _work(runtime)
    assert len(sink.arrived) == 1, "what was undone is not pushed"


async def test_what_is_kept_apart_is_not_pushed(api: Api, runtime: Runtime, sink: PushSink) -> None:
    alice, bob = await make.person("alice"), await make.person()
    await _subscribe(api, alice, sink)
    await make.post(bob, "@alice", visibility=Visibility.DIRECT)
    await _work(runtime)
    assert sink.arrived == []


@pytest.mark.parametrize(("policy", "told"), [("all", 3), ("followed", 1), ("follower", 1), ("none", 0)])
async def test_whose_notifications_are_pushed(
    api: Api, runtime: Runtime, sink: PushSink, policy: str, told: int
) -> None:
    alice = await make.person("alice")
    followed, follower, other = [await make.person() for _ in range(3)]
    await make.follow(alice, followed)
    await make.follow(follower, alice)
    await _subscribe(api, alice, sink, policy=policy)
    for person in (followed, follower, other):
        await make.post(person, "@alice")
    await _work(runtime)
    assert len(sink.arrived) == told


@pytest.mark.parametrize("status", [400, 403, 404, 410, 413])
async def test_a_subscription_that_is_of_no_use_ends(
    api: Api, runtime: Runtime, sink: PushSink, status: int
) -> None:
    alice, bob = await make.person("alice"), await make.person()
    await _subscribe(api, alice, sink)
    sink.answers = [status]
    await make.post(bob, "@alice")
    await _work(runtime)
    await api.get(PATH, by=alice, expect=404)
    await make.post(bob, "@alice")
    assert await _due_again() == 0


@pytest.mark.parametrize("status", [408, 429, 500, 503])
async def test_a_service_in_trouble_is_asked_again(
    api: Api, runtime: Runtime, sink: PushSink, status: int
) -> None:
    alice, bob = await make.person("alice"), await make.person()
    app = await _subscribe(api, alice, sink)
    sink.answers = [status, 201]
    await make.post(bob, "@alice")
    await _work(runtime)
    assert len(sink.arrived) == 1
    waiting = await db.fetch_one("SELECT attempts, due_at, last_error FROM jobs WHERE name = 'push.send'")
    assert waiting is not None
    assert waiting["attempts"] == 1
    assert waiting["due_at"] > clock.now()
    assert str(status) in waiting["last_error"]
    assert await _due_again() == 1
    await _work(runtime)
    assert app.opened(sink.arrived[1]) == app.opened(sink.arrived[0])
    assert await _due_again() == 0
    assert (await api.get(PATH, by=alice)).status == 200


async def test_a_service_that_is_away_is_asked_again(
    api: Api, runtime: Runtime, sink: PushSink, unused_tcp_port: int
) -> None:
    alice, bob = await make.person("alice"), await make.person()
    port, sink.port = sink.port, unused_tcp_port
    await _subscribe(api, alice, sink)
    await make.post(bob, "@alice")
    await _work(runtime)
    assert await _due_again() == 1
    assert port != sink.port


async def test_a_killed_worker_loses_nothing(api: Api, runtime: Runtime, sink: PushSink) -> None:
    alice, bob = await make.person("alice"), await make.person()
    await _subscribe(api, alice, sink)
    await make.post(bob, "@alice")
    rows = await job_store.claim("killed/1", 16, Lane.OUTSIDE)
    assert "push.send" in {row["name"] for row in rows}
    await _work(runtime)
    assert sink.arrived == [], "the dead worker's lease holds"
    await job_store.release("killed/1")
    await _work(runtime)
    assert len(sink.arrived) == 1


async def test_what_ended_meanwhile_is_not_pushed(api: Api, runtime: Runtime, sink: PushSink) -> None:
    alice, bob = await make.person("alice"), await make.person()
    await _subscribe(api, alice, sink)
    await make.post(bob, "@alice")
    await auth.end_all_access(alice.id)
    await _work(runtime)
    assert sink.arrived == []
    carol = await make.person("carol")
    await _subscribe(api, carol, sink)
    await make.post(bob, "@carol")
    await db.execute("UPDATE notifications SET created_at = now() - interval '3 days'")
    await _work(runtime)
    assert sink.arrived == [], "too old to be of use"


async def test_s_m04_pushes_do_not_reach_into_the_own_network(
    migrated: Config, tmp_path: Path, sink: PushSink
) -> None:
    """Outside of development: the address is refused before it is dialled, and the subscription ends."""
    runtime = await open_runtime(migrated, tmp_path)
    await empty()
    api = Api(application(runtime).test_client())
    alice, bob = await make.person("alice"), await make.person()
    for endpoint in (
        f"https://127.0.0.1:{sink.port}/",
        "https://10.0.0.1/",
        "https://localhost/",
        "https://a..b/",
    ):
        sent = {"subscription": App().subscription(endpoint), "data": {"alerts": {"mention": True}}}
        await api.post(PATH, by=alice, json=sent)
        await make.post(bob, "@alice")
        await _work(runtime)
        await api.get(PATH, by=alice, expect=404)
    assert sink.arrived == []
    await runtime.close()
