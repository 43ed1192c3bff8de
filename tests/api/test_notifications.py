"""Notifications: made, told, undone, read and forgotten."""

from __future__ import annotations

import re

import pytest

from echo.actions import blocks, boosts, editing, follows, likes, moderation
from echo.actions.drafts import EditDraft
from echo.kinds import Visibility
from echo.policy.roles import Staff
from tests import make
from tests.api.asking import Api
from tests.make import Person

PATH = "/api/v1/notifications"


async def _types(api: Api, person: Person, **query: object) -> list[str]:
    found = (await api.get(PATH, by=person, query=query)).many("Notification")
    return [notification["type"] for notification in found]


async def test_everything_that_is_told(api: Api) -> None:
    alice, bob, carol = await make.person("alice"), await make.person("bob"), await make.stranger("carol")
    post = await make.post(alice, "mine")
    theirs = await make.post(bob, "before edit")
    await follows.follow(alice.id, bob.id, notify=True)
    await boosts.boost(alice.id, theirs.id)
    await likes.like(bob.id, post.id)
    await boosts.boost(bob.id, post.id)
    await make.follow(bob, alice)
    await make.post(bob, "told of because alice asked")
    await make.remote_post(carol, mentioned_ids=(alice.id,))
    await editing.edit(bob.id, theirs.id, EditDraft(text="after edit"))
    told = (await api.get(PATH, by=alice)).many("Notification")
    assert [n["type"] for n in told] == ["update", "mention", "status", "follow", "reblog", "favourite"]
    by_type = {n["type"]: n for n in told}
    assert "status" not in by_type["follow"]
    assert by_type["favourite"]["status"]["id"] == by_type["reblog"]["status"]["id"] == str(post.id)
    assert by_type["mention"]["account"]["acct"] == "carol@peer.test"
    assert by_type["update"]["status"]["content"] == "<p>after edit</p>"
    alone = ("update", "mention", "status")
    assert all(by_type[kind]["group_key"] == f"ungrouped-{by_type[kind]['id']}" for kind in alone)
    for kind in ("favourite", "reblog"):
        assert re.fullmatch(rf"{kind}-{post.id}-[0-9]+", by_type[kind]["group_key"])
    assert re.fullmatch(r"follow-[0-9]+", by_type["follow"]["group_key"])
    one = await api.get(f"{PATH}/{told[0]['id']}", by=alice)
    assert one.one("Notification") == told[0]


async def test_a_request_to_follow_is_told_until_it_is_answered(api: Api) -> None:
    alice, bob = await make.person(locked=True), await make.person()
    await follows.follow(bob.id, alice.id)
    assert await _types(api, alice) == ["follow_request"]
    await api.post(f"/api/v1/follow_requests/{bob.id}/authorize", by=alice)
    assert await _types(api, alice) == ["follow"]


async def test_what_is_undone_is_not_told_any_more(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person()
    post = await make.post(alice)
    for action in ("favourite", "reblog"):
        await api.post(f"/api/v1/statuses/{post.id}/{action}", by=bob)
    await api.post(f"/api/v1/accounts/{alice.id}/follow", by=bob)
    mention = await make.post(bob, "@alice")
    assert sorted(await _types(api, alice)) == ["favourite", "follow", "mention", "reblog"]
    for action in ("unfavourite", "unreblog"):
        await api.post(f"/api/v1/statuses/{post.id}/{action}", by=bob)
    await api.post(f"/api/v1/accounts/{alice.id}/unfollow", by=bob)
    await api.delete(f"/api/v1/statuses/{mention.id}", by=bob)
    assert await _types(api, alice) == []


async def test_the_same_twice_is_told_once(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    for _ in range(2):
        for action in ("favourite", "unfavourite", "favourite"):
            await api.post(f"/api/v1/statuses/{post.id}/{action}", by=bob)
    assert await _types(api, alice) == ["favourite"]


async def test_nobody_is_told_of_themselves_or_by_those_they_block(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person()
    post = await make.post(alice, "@alice talks to herself")
    await likes.like(alice.id, post.id)
    await boosts.boost(alice.id, post.id)
    await blocks.block(alice.id, bob.id)
    await make.post(bob, "@alice")
    assert await _types(api, alice) == []


async def test_only_those_who_may_read_a_post_are_told_of_it(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person()
    await follows.follow(alice.id, bob.id, notify=True)
    await make.post(bob, "direct to nobody", visibility=Visibility.DIRECT)
    assert await _types(api, alice) == []
    await make.post(bob, "@alice for followers", visibility=Visibility.FOLLOWERS)
    assert await _types(api, alice) == ["mention"]


async def test_the_suspended_are_not_heard(api: Api) -> None:
    alice, zoe = await make.person(), await make.stranger()
    await make.remote_post(zoe, mentioned_ids=(alice.id,))
    assert await _types(api, alice) == ["mention"]
    await moderation.suspend(Staff.shell(), zoe.id, is_suspended=True)
    assert await _types(api, alice) == []


async def test_chosen_types_and_people(api: Api) -> None:
    alice, bob, carol = await make.person("alice"), await make.person(), await make.person()
    post = await make.post(alice)
    await likes.like(bob.id, post.id)
    await boosts.boost(bob.id, post.id)
    await likes.like(carol.id, post.id)
    assert await _types(api, alice, types=["favourite"]) == ["favourite"] * 2
    assert await _types(api, alice, exclude_types=["favourite", "unknown"]) == ["reblog"]
    assert await _types(api, alice, types=["poll", "unknown"]) == []
    assert await _types(api, alice, account_id=carol.id) == ["favourite"]
    assert (
        await _types(api, alice, types=["favourite", "reblog"], exclude_types=["reblog"]) == ["favourite"] * 2
    )
    links = (await api.get(PATH, by=alice, query={"types": ["favourite"], "limit": 1})).links
    assert all("types%5B%5D=favourite" in link and "limit=1" in link for link in links.values())


async def test_notifications_are_paged_at_both_ends(api: Api) -> None:
    alice = await make.person("alice")
    post = await make.post(alice)
    people = [await make.person() for _ in range(5)]
    for person in people:
        await likes.like(person.id, post.id)
    newest_first = [str(person.id) for person in reversed(people)]
    query = {"limit": 2, "exclude_types": ["mention"]}
    pages = await api.pages(PATH, by=alice, query=query)
    assert [[n["account"]["id"] for n in page] for page in pages] == [
        newest_first[:2],
        newest_first[2:4],
        newest_first[4:],
        [],
    ]
    bottom = await api.get(PATH, by=alice, query=query | {"max_id": pages[1][-1]["id"]})
    up = await api.walk_up(bottom, by=alice)
    assert [[n["account"]["id"] for n in page] for page in up] == [newest_first[2:4], newest_first[:2]]
    empty = await api.get(PATH, by=people[0])
    assert (empty.json, empty.links) == ([], {})


async def test_what_is_new_since_the_marker_is_counted(api: Api) -> None:
    alice = await make.person("alice")
    post = await make.post(alice)
    for _ in range(3):
        await likes.like((await make.person()).id, post.id)
    counted = await api.get(f"{PATH}/unread_count", by=alice)
    assert counted.one("CountResponse") == {"count": 3}
    second = (await api.get(PATH, by=alice)).ids[1]
    await api.post("/api/v1/markers", by=alice, json={"notifications": {"last_read_id": str(second)}})
    assert (await api.get(f"{PATH}/unread_count", by=alice)).json == {"count": 1}
    await api.post("/api/v1/markers", by=alice, json={"notifications": {"last_read_id": "0"}})
    assert (await api.get(f"{PATH}/unread_count", by=alice, query={"limit": 2})).json == {"count": 2}


async def test_notifications_are_dismissed_one_by_one_or_all(api: Api) -> None:
    alice = await make.person("alice")
    post = await make.post(alice)
    for _ in range(3):
        await likes.like((await make.person()).id, post.id)
    ids = (await api.get(PATH, by=alice)).ids
    assert (await api.post(f"{PATH}/{ids[1]}/dismiss", by=alice)).json == {}
    assert (await api.get(PATH, by=alice)).ids == [ids[0], ids[2]]
    await api.get(f"{PATH}/{ids[1]}", by=alice, expect=404)
    assert (await api.post(f"{PATH}/clear", by=alice)).json == {}
    assert (await api.get(PATH, by=alice)).json == []


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_s_i01_notifications_of_others_are_unknown(api: Api, method: str) -> None:
    alice, mallory = await make.person("alice"), await make.person()
    await make.post(mallory, "@alice")
    (known,) = (await api.get(PATH, by=alice)).ids
    path = f"{PATH}/{known}" if method == "GET" else f"{PATH}/{known}/dismiss"
    await api.ask(method, path, by=mallory, expect=404)
    await api.post(f"{PATH}/clear", by=mallory)
    assert (await api.get(PATH, by=alice)).ids == [known]
