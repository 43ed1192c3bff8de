"""The same thing twice at the same moment: from two devices, or from one that is impatient."""

from __future__ import annotations

import asyncio

import pytest

from echo import db
from echo.actions import follows
from echo.models import Follow, Post
from tests import make
from tests.api.asking import Answer, Api
from tests.make import Person

AT_ONCE = 6


async def _at_once(api: Api, person: Person, path: str, **form: object) -> list[Answer]:
    return await asyncio.gather(*(api.post(path, by=person, form=form) for _ in range(AT_ONCE)))


@pytest.mark.parametrize(
    ("action", "count"),
    [("favourite", "favourites_count"), ("reblog", "reblogs_count"), ("bookmark", "")],
)
async def test_an_action_at_once_is_one(api: Api, action: str, count: str) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    answers = await _at_once(api, bob, f"/api/v1/statuses/{post.id}/{action}")
    assert len({answer.one("Status")["id"] for answer in answers}) == 1
    shown = (await api.get(f"/api/v1/statuses/{post.id}", by=bob)).one("Status")
    assert not count or shown[count] == 1
    undone = {"favourite": "unfavourite", "reblog": "unreblog", "bookmark": "unbookmark"}[action]
    await _at_once(api, bob, f"/api/v1/statuses/{post.id}/{undone}")
    shown = (await api.get(f"/api/v1/statuses/{post.id}", by=bob)).one("Status")
    assert not count or shown[count] == 0
    told = (await api.get("/api/v1/notifications", by=alice)).many("Notification")
    assert told == []


@pytest.mark.parametrize("locked", [False, True])
async def test_following_at_once_is_one_follow(api: Api, locked: bool) -> None:
    alice, bob = await make.person(locked=locked), await make.person()
    for answer in await _at_once(api, bob, f"/api/v1/accounts/{alice.id}/follow"):
        relationship = answer.one("Relationship")
        assert (relationship["following"], relationship["requested"]) == (not locked, locked)
    assert await Follow.filter(follower_id=bob.id).count() == 1
    assert (await api.get(f"/api/v1/accounts/{alice.id}")).json["followers_count"] == int(not locked)
    assert len((await api.get("/api/v1/notifications", by=alice)).json) == 1
    await _at_once(api, bob, f"/api/v1/accounts/{alice.id}/unfollow")
    assert (await api.get(f"/api/v1/accounts/{alice.id}")).json["followers_count"] == 0


async def test_letting_in_and_refusing_at_once_ends_one_way(api: Api) -> None:
    alice, bob = await make.person(locked=True), await make.person()
    await follows.follow(bob.id, alice.id)
    paths = [f"/api/v1/follow_requests/{bob.id}/{word}" for word in ("authorize", "reject") * 3]
    responses = await asyncio.gather(*(api.client.post(path, headers=alice.headers) for path in paths))
    assert {response.status_code for response in responses} <= {200, 404}
    counted = (await api.get(f"/api/v1/accounts/{alice.id}")).json["followers_count"]
    assert counted == await Follow.filter(followee_id=alice.id, state="accepted").count()


@pytest.mark.parametrize("action", ["block", "mute", "note"])
async def test_blocking_and_muting_at_once(api: Api, action: str) -> None:
    alice, bob = await make.person(), await make.person()
    await make.follow(alice, bob)
    await make.follow(bob, alice)
    await _at_once(api, alice, f"/api/v1/accounts/{bob.id}/{action}", comment="x")
    for person in (alice, bob):
        shown = (await api.get(f"/api/v1/accounts/{person.id}")).json
        expected = 0 if action == "block" else 1
        assert (shown["followers_count"], shown["following_count"]) == (expected, expected)


async def test_deleting_at_once_counts_back_once(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    parent = await make.post(bob)
    post = await make.post(alice, reply_to=parent.id)
    await make.post(alice)
    path = f"/api/v1/statuses/{post.id}"
    responses = await asyncio.gather(
        *(api.client.delete(path, headers=alice.headers) for _ in range(AT_ONCE))
    )
    assert sorted(response.status_code for response in responses)[0] == 200
    assert {response.status_code for response in responses} <= {200, 404}
    assert (await api.get(f"/api/v1/accounts/{alice.id}")).json["statuses_count"] == 1
    assert (await api.get(f"/api/v1/statuses/{parent.id}")).json["replies_count"] == 0


async def test_two_edits_at_once_keep_both_versions(api: Api) -> None:
    alice = await make.person()
    post = await make.post(alice, "zero")
    path = f"/api/v1/statuses/{post.id}"
    await asyncio.gather(*(api.put(path, by=alice, form={"status": f"edit {n}"}) for n in range(4)))
    versions = await db.fetch_value("SELECT count(*) FROM post_versions WHERE post_id = $1", post.id)
    assert versions == 4
    assert (await Post.get(id=post.id)).version == 4
    shown = (await api.get(path)).one("Status")
    assert shown["content"] == f"<p>{(await Post.get(id=post.id)).text}</p>"


async def test_one_picture_goes_onto_one_post(api: Api) -> None:
    alice = await make.person()
    image = await make.image(alice)
    form = {"status": "x", "media_ids[]": str(image.id)}
    responses = await asyncio.gather(
        *(api.client.post("/api/v1/statuses", form=form, headers=alice.headers) for _ in range(4))
    )
    assert sorted(response.status_code for response in responses) == [200, 422, 422, 422]


async def test_markers_at_once(api: Api) -> None:
    alice = await make.person()
    bodies = [{"home": {"last_read_id": str(n)}} for n in range(1, 7)]
    await asyncio.gather(*(api.post("/api/v1/markers", by=alice, json=body) for body in bodies))
    assert (await api.get("/api/v1/markers", by=alice)).json["home"]["version"] == 6
