"""Blocking whole servers, for oneself."""

from __future__ import annotations

import pytest

from echo.actions import boosts, follows, likes
from echo.actions.avoided_domains import BATCH
from echo.errors import Forbidden
from echo.models import AvoidedDomain, Follow, Job
from echo.runtime import Runtime
from echo.store import home, live
from tests import make
from tests.api.asking import Api

PATH = "/api/v1/domain_blocks"


async def test_servers_are_blocked_listed_and_unblocked(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    assert (await api.post(PATH, by=alice, form={"domain": "Peer.TEST"})).json == {}
    await api.post(PATH, by=alice, json={"domain": "https://peer.test/about"})
    await api.post(PATH, by=alice, query={"domain": "b\u00fccher.test"})
    assert (await api.get(PATH, by=alice)).json == ["xn--bcher-kva.test", "peer.test"]
    assert (await api.get(PATH, by=bob)).json == []
    assert (await api.delete(PATH, by=alice, form={"domain": "PEER.test"})).json == {}
    await api.delete(PATH, by=alice, query={"domain": "b\u00fccher.test"})
    await api.delete(PATH, by=alice, query={"domain": "never.test"})
    assert (await api.get(PATH, by=alice)).json == []
    await api.post(PATH, by=alice, expect=400)
    for bad in ("echo.test", "no domain", "x" * 300 + ".test", "10.0.0.1", "local"):
        await api.post(PATH, by=alice, form={"domain": bad}, expect=422)
    await api.post(PATH, by=await make.with_scopes(alice, "read"), form={"domain": "a.test"}, expect=403)


async def test_the_list_is_paged(api: Api) -> None:
    alice = await make.person()
    for name in ("a.test", "b.test", "c.test"):
        await api.post(PATH, by=alice, form={"domain": name})
    assert await api.pages(PATH, by=alice, query={"limit": 2}) == [["c.test", "b.test"], ["a.test"]]
    first = await api.get(PATH, by=alice, query={"limit": 2})
    assert set(first.link("prev")) == {"limit", "since_id"}


async def test_a_block_ends_follows_both_ways_and_what_was_told(api: Api, runtime: Runtime) -> None:
    alice = await make.person()
    followed, follower, asked, near = [
        await make.stranger(domain=domain) for domain in ("far.test", "far.test", "far.test", "near.test")
    ]
    await make.follow(alice, followed)
    await make.follow(follower, alice)
    await follows.follow(alice.id, asked.id)
    await make.follow(alice, near)
    await make.follow(near, alice)
    post = await make.post(alice)
    await likes.receive(follower, post.id, f"{follower.uri}/likes/1")
    query = {"domain": "far.test"}
    counted = {"following_count": 1, "followers_count": 1}
    assert (await api.get(f"{PATH}/preview", by=alice, query=query)).json == counted
    await api.get(f"{PATH}/preview", by=alice, query={"domain": "no domain"}, expect=422)
    await api.post(PATH, by=alice, form=query)
    await make.settle(runtime)
    left = {(f.follower_id, f.followee_id) for f in await Follow.all()}
    assert left == {(alice.id, near.id), (near.id, alice.id)}
    names = {job.name for job in await Job.all()}
    assert {"federation.send_unfollow", "federation.send_reject"} <= names
    told = (await api.get("/api/v1/notifications", by=alice)).many("Notification")
    assert {n["account"]["id"] for n in told if n["type"] != "severed_relationships"} == {str(near.id)}
    (severed,) = [n["event"] for n in told if n["type"] == "severed_relationships"]
    assert (severed["type"], severed["target_name"]) == ("user_domain_block", "far.test")
    assert (severed["followers_count"], severed["following_count"]) == (1, 1)
    shown = await api.get("/api/v1/accounts/relationships", by=alice, query={"id": [followed.id, near.id]})
    assert [r["domain_blocking"] for r in shown.many("Relationship")] == [True, False]
    await api.post(f"/api/v1/accounts/{followed.id}/follow", by=alice, expect=403)
    assert await follows.receive(follower, alice.id, f"{follower.uri}/follows/again") is None
    with pytest.raises(Forbidden):
        await follows.follow(alice.id, asked.id)


async def test_more_follows_than_one_batch_end_too(
    api: Api, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert BATCH > 1
    monkeypatch.setattr("echo.actions.avoided_domains.BATCH", 2)
    alice = await make.person()
    for _ in range(5):
        await make.follow(alice, await make.stranger(domain="far.test"))
    await api.post(PATH, by=alice, form={"domain": "far.test"})
    await make.settle(runtime)
    assert await Follow.all().count() == 0


async def test_nobody_of_the_server_is_met_in_lists_and_threads(api: Api, runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person()
    zoe = await make.stranger("zoe", "far.test")
    await make.follow(alice, bob)
    own = await make.post(alice, "#tea")
    theirs = await make.remote_post(zoe, hashtags=("tea",))
    answer = await make.remote_post(zoe, in_reply_to_id=own.id, mentioned_ids=(alice.id,))
    boost = await boosts.boost(bob.id, theirs.id)
    lists = ("timelines/public", "timelines/tag/tea", "timelines/home")

    async def seen(name: str) -> set[int]:
        return set((await api.get(f"/api/v1/{name}", by=alice)).ids)

    assert theirs.id in await seen("timelines/public")
    assert boost.id in await seen("timelines/home")
    await api.post(PATH, by=alice, form={"domain": "far.test"})
    await make.settle(runtime)
    for name in lists:
        assert not {theirs.id, boost.id, answer.id} & await seen(name), name
    await home.forget(alice.id)
    assert boost.id not in await seen("timelines/home")
    thread = (await api.get(f"/api/v1/statuses/{own.id}/context", by=alice)).json
    assert thread["descendants"] == []
    assert (await api.get("/api/v1/notifications", by=alice)).json == []
    await make.remote_post(zoe, mentioned_ids=(alice.id,))
    assert (await api.get("/api/v1/notifications", by=alice)).json == []
    (await api.get(f"/api/v1/statuses/{theirs.id}", by=alice)).one("Status")
    audience = (await live.audiences([theirs.id], [alice.id, bob.id])).get(theirs.id)
    assert audience is not None
    assert audience.unwilling == {alice.id}
    await api.delete(PATH, by=alice, form={"domain": "far.test"})
    assert theirs.id in await seen("timelines/public")
    assert await AvoidedDomain.all().count() == 0
