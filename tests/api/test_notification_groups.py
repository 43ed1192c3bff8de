"""Notifications in groups: what many did to the same thing, whole, over pages, and forgotten."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from echo import db
from echo.actions import boosts, follows, likes
from echo.actions.notify import tell, tell_of_severed
from echo.db import unit_of_work
from echo.kinds import NotificationKind, SeveranceKind
from echo.models import Post
from tests import make
from tests.api.asking import Answer, Api
from tests.make import Person

PATH = "/api/v2/notifications"


async def _liked(post: Post, count: int) -> list[Person]:
    """As many people like a post."""
    people = [await make.person() for _ in range(count)]
    for person in people:
        await likes.like(person.id, post.id)
    return people


async def _page(api: Api, person: Person, **query: Any) -> Answer:
    answer = await api.get(PATH, by=person, query=query)
    found = answer.one("GroupedNotificationsResults")
    accounts = {account["id"] for account in found["accounts"] + found.get("partial_accounts", [])}
    statuses = {status["id"] for status in found["statuses"]}
    for group in found["notification_groups"]:
        assert set(group["sample_account_ids"]) <= accounts
        assert group.get("status_id") is None or group["status_id"] in statuses
        assert type(group["most_recent_notification_id"]) is int
    assert len(accounts) == len(found["accounts"]) + len(found.get("partial_accounts", []))
    return answer


def _groups(answer: Answer) -> list[tuple[str, int]]:
    return [(g["type"], g["notifications_count"]) for g in answer.json["notification_groups"]]


async def test_what_many_did_to_the_same_thing_is_one_group(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    post, other = await make.post(alice), await make.post(alice)
    people = await _liked(post, 10)
    await likes.like(bob.id, other.id)
    for person in people[:3]:
        await boosts.boost(person.id, post.id)
        await make.follow(person, alice)
    await make.post(bob, "@alice")
    await make.post(bob, "@alice")
    answer = await _page(api, alice)
    assert _groups(answer) == [
        ("mention", 1),
        ("mention", 1),
        ("follow", 3),
        ("reblog", 3),
        ("favourite", 1),
        ("favourite", 10),
    ]
    many = answer.json["notification_groups"][-1]
    assert many["sample_account_ids"] == [str(person.id) for person in reversed(people)][:8]
    assert many["status_id"] == str(post.id)
    singles = (await api.get("/api/v1/notifications", by=alice)).many("Notification")
    assert {n["group_key"] for n in singles} == {
        g["group_key"] for g in answer.json["notification_groups"]
    }, "both versions see the same rows"
    assert many["page_max_id"] == str(many["most_recent_notification_id"])
    assert many["page_min_id"] == singles[-1]["id"]
    assert "status_id" not in answer.json["notification_groups"][2]


async def test_only_what_is_asked_for_is_grouped(api: Api) -> None:
    alice = await make.person("alice")
    post = await make.post(alice)
    for person in await _liked(post, 2):
        await make.follow(person, alice)
    assert _groups(await _page(api, alice)) == [("follow", 2), ("favourite", 2)]
    only = await _page(api, alice, grouped_types=["favourite", "mention"])
    assert sorted(_groups(only)) == [("favourite", 2), ("follow", 1), ("follow", 1)]
    keys = [g["group_key"] for g in only.json["notification_groups"] if g["type"] == "follow"]
    assert all(key.startswith("ungrouped-") for key in keys)
    none = _groups(await _page(api, alice, grouped_types=["unknown"]))
    assert sorted(none) == [("favourite", 1)] * 2 + [("follow", 1)] * 2
    assert _groups(await _page(api, alice, types=["follow"])) == [("follow", 2)]
    assert _groups(await _page(api, alice, exclude_types=["follow"])) == [("favourite", 2)]
    assert _groups(await _page(api, alice, types=["unknown"])) == []
    assert _groups(await _page(api, alice, account_id=person.id)) == [("follow", 2), ("favourite", 2)]


async def test_a_group_ends_after_twelve_hours(api: Api) -> None:
    alice = await make.person("alice")
    post = await make.post(alice)
    for _ in range(3):
        await _liked(post, 1)
        # As if six hours had passed.
        await db.execute("UPDATE notifications SET group_hour = group_hour - 6")
    assert _groups(await _page(api, alice)) == [("favourite", 1), ("favourite", 2)]
    newer, older = (await _page(api, alice)).json["notification_groups"]
    hours = [int(group["group_key"].rpartition("-")[2]) for group in (newer, older)]
    assert hours[0] - hours[1] >= 12


async def test_pages_of_groups_go_both_ways(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    posts = [await make.post(alice) for _ in range(5)]
    people = [await make.person() for _ in range(3)]
    for person in people:
        for post in posts:
            await likes.like(person.id, post.id)
    await make.post(bob, "@alice")
    whole = await _page(api, alice)
    assert _groups(whole) == [("mention", 1)] + [("favourite", 3)] * 5
    first = await _page(api, alice, limit=2)
    assert _groups(first) == [("mention", 1), ("favourite", 3)]
    seen, answer = [g["group_key"] for g in first.json["notification_groups"]], first
    for _ in range(20):
        answer = await api.follow_link(answer, "next", by=alice)
        answer.one("GroupedNotificationsResults")
        if not answer.json["notification_groups"]:
            break
        assert answer.link("next")["limit"] == ["2"]
        seen += [g["group_key"] for g in answer.json["notification_groups"]]
    assert list(dict.fromkeys(seen)) == [g["group_key"] for g in whole.json["notification_groups"]]
    assert answer.links == {}, "an empty page has no links"
    newest = await _page(api, alice)
    assert (await api.follow_link(newest, "prev", by=alice)).json["notification_groups"] == []
    (late,) = await _liked(posts[4], 1)
    fresh = await api.follow_link(newest, "prev", by=alice)
    (group,) = fresh.json["notification_groups"]
    assert (group["group_key"], group["notifications_count"]) == (seen[1], 4)
    assert group["sample_account_ids"][0] == str(late.id)
    assert group["page_min_id"] == group["page_max_id"]


async def test_upward_pages_adjoin_the_cursor(api: Api) -> None:
    alice = await make.person("alice")
    for _ in range(4):
        await make.post(await make.person(), "@alice")
    ids = (await api.get("/api/v1/notifications", by=alice)).ids
    answer = await _page(api, alice, min_id=ids[3], limit=2)
    found = [g["most_recent_notification_id"] for g in answer.json["notification_groups"]]
    assert found == [ids[1], ids[2]]
    up = await api.follow_link(answer, "prev", by=alice)
    assert [g["most_recent_notification_id"] for g in up.json["notification_groups"]] == [ids[0]]
    since = await _page(api, alice, since_id=ids[3], limit=2)
    assert [g["most_recent_notification_id"] for g in since.json["notification_groups"]] == ids[:2]


async def test_small_pictures_instead_of_whole_accounts(api: Api) -> None:
    alice = await make.person("alice")
    people = await _liked(await make.post(alice), 3)
    answer = await _page(api, alice, expand_accounts="partial_avatars")
    assert [a["id"] for a in answer.json["accounts"]] == [str(people[2].id)]
    assert [a["id"] for a in answer.json["partial_accounts"]] == [str(people[1].id), str(people[0].id)]
    assert "partial_accounts" not in (await _page(api, alice, expand_accounts="full")).json
    await api.get(PATH, by=alice, query={"expand_accounts": "all"}, expect=400)


async def test_one_group(api: Api) -> None:
    alice, mallory = await make.person("alice"), await make.person()
    people = await _liked(await make.post(alice), 3)
    await make.post(people[0], "@alice")
    mention, group = (await _page(api, alice)).json["notification_groups"]
    one = (await api.get(f"{PATH}/{group['group_key']}", by=alice)).one("GroupedNotificationsResults")
    (shown,) = one["notification_groups"]
    assert shown["notifications_count"] == 3
    assert "page_min_id" not in shown
    alone = await api.get(f"{PATH}/{mention['group_key']}", by=alice)
    assert alone.one("GroupedNotificationsResults")["notification_groups"][0]["type"] == "mention"
    for key in (group["group_key"], mention["group_key"]):
        await api.get(f"{PATH}/{key}", by=mallory, expect=404)
        await api.get(f"{PATH}/{key}/accounts", by=mallory, expect=404)
        await api.post(f"{PATH}/{key}/dismiss", by=mallory)
    for key in (
        "nonsense",
        "favourite-",
        "ungrouped-x",
        "favourite-1-99999999999",
        f"follow-{2**31}",
        "poke-1-2",
    ):
        await api.get(f"{PATH}/{key}", by=alice, expect=404)
    assert len((await _page(api, alice)).json["notification_groups"]) == 2


async def test_everybody_in_a_group_in_pages(api: Api) -> None:
    alice = await make.person("alice")
    people = await _liked(await make.post(alice), 5)
    await make.post(people[0], "@alice")
    mention, group = (await _page(api, alice)).json["notification_groups"]
    path = f"{PATH}/{group['group_key']}/accounts"
    pages = await api.pages(path, by=alice, query={"limit": 2})
    newest_first = [str(person.id) for person in reversed(people)]
    assert [[a["id"] for a in page] for page in pages] == [
        newest_first[:2],
        newest_first[2:4],
        newest_first[4:],
    ]
    bottom = await api.get(path, by=alice, query={"limit": 2})
    assert "min_id" in bottom.link("prev")
    bottom.many("Account")
    alone = await api.get(f"{PATH}/{mention['group_key']}/accounts", by=alice)
    assert [a["id"] for a in alone.json] == [str(people[0].id)]
    await api.get(f"{PATH}/favourite-1-1/accounts", by=alice, expect=404)


async def test_a_group_is_dismissed_whole_and_twice(api: Api) -> None:
    alice = await make.person("alice")
    post = await make.post(alice)
    people = await _liked(post, 3)
    await make.post(people[0], "@alice")
    mention, group = (await _page(api, alice)).json["notification_groups"]
    for _ in range(2):
        assert (await api.post(f"{PATH}/{group['group_key']}/dismiss", by=alice)).json == {}
    assert _groups(await _page(api, alice)) == [("mention", 1)]
    await api.post(f"{PATH}/{mention['group_key']}/dismiss", by=alice)
    assert _groups(await _page(api, alice)) == []
    await _liked(post, 1)
    assert (await api.post(f"{PATH}/clear", by=alice)).json == {}
    assert (await api.get("/api/v1/notifications", by=alice)).json == []


async def test_groups_are_counted_once(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person()
    post = await make.post(alice)
    await _liked(post, 3)
    await make.post(bob, "@alice")
    counted = await api.get(f"{PATH}/unread_count", by=alice)
    assert counted.one("CountResponse") == {"count": 2}
    assert (await api.get("/api/v1/notifications/unread_count", by=alice)).json == {"count": 4}
    single = {"grouped_types": ["follow"]}
    assert (await api.get(f"{PATH}/unread_count", by=alice, query=single)).json == {"count": 4}
    assert (await api.get(f"{PATH}/unread_count", by=alice, query={"types": ["mention"]})).json == {
        "count": 1
    }
    assert (await api.get(f"{PATH}/unread_count", by=alice, query={"limit": 1})).json == {"count": 1}
    newest = (await api.get("/api/v1/notifications", by=alice)).ids[0]
    await api.post("/api/v1/markers", by=alice, json={"notifications": {"last_read_id": str(newest)}})
    assert (await api.get(f"{PATH}/unread_count", by=alice)).json == {"count": 0}


async def test_what_cannot_be_read_any_more_is_left_out(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    mention = await make.post(bob, "@alice")
    await _liked(await make.post(alice), 1)
    await api.delete(f"/api/v1/statuses/{mention.id}", by=bob)
    assert _groups(await _page(api, alice)) == [("favourite", 1)]


async def test_follows_that_ended_at_once_are_told(api: Api) -> None:
    alice = await make.person("alice")
    async with unit_of_work() as unit:
        await tell_of_severed(unit, alice.id, SeveranceKind.OWN_BLOCK, "bad.test", followers=0, following=0)
        await tell_of_severed(unit, alice.id, SeveranceKind.OWN_BLOCK, "peer.test", followers=3, following=2)
    (told,) = (await api.get("/api/v1/notifications", by=alice)).many("Notification")
    assert told["type"] == "severed_relationships"
    assert told["account"]["id"] == str(alice.id)
    event = told["event"]
    assert (event["type"], event["target_name"]) == ("user_domain_block", "peer.test")
    assert (event["followers_count"], event["following_count"], event["purged"]) == (3, 2, False)
    (group,) = (await _page(api, alice)).json["notification_groups"]
    assert group["event"] == event


async def test_words_for_clients_that_do_not_know_a_type(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.post(bob, "@alice")
    await follows.follow(bob.id, alice.id)
    query = {"supported_types": ["mention"]}
    told = (await api.get("/api/v1/notifications", by=alice, query=query)).many("Notification")
    assert [n.get("fallback", {}).get("title") for n in told] == ["bob followed you", None]
    groups = (await _page(api, alice, supported_types=["mention"])).json["notification_groups"]
    assert [g.get("fallback", {}).get("title") for g in groups] == ["bob followed you", None]
    plain = (await api.get("/api/v1/notifications", by=alice)).many("Notification")
    assert not any("fallback" in n for n in plain)


async def test_kinds_that_come_from_elsewhere_in_the_house(api: Api) -> None:
    """Polls that ended (one's own too), quotes, and edits of what one quoted, which replace each other."""
    alice, bob = await make.person("alice"), await make.person("bob")
    mine, theirs = await make.post(alice), await make.post(bob)
    for _ in range(2):
        async with unit_of_work() as unit:
            await tell(unit, [alice.id], NotificationKind.POLL, alice.id, mine.id)
            await tell(unit, [alice.id], NotificationKind.QUOTE, bob.id, theirs.id)
            await tell(unit, [alice.id], NotificationKind.QUOTED_EDIT, bob.id, theirs.id)
    told = (await api.get("/api/v1/notifications", by=alice)).many("Notification")
    assert [n["type"] for n in told] == ["quoted_update", "quote", "poll"]
    assert told[2]["account"]["id"] == str(alice.id)
    assert int(told[0]["id"]) - int(told[1]["id"]) > 1, "the later edit took the place of the first"
    assert _groups(await _page(api, alice)) == [("quoted_update", 1), ("quote", 1), ("poll", 1)]


@pytest.mark.parametrize("suffix", ["", "/unread_count", "/policy"])
async def test_groups_need_the_scope(api: Api, suffix: str) -> None:
    alice = await make.person("alice")
    await api.get(f"{PATH}{suffix}", expect=401)
    other = await make.with_scopes(alice, "read:statuses")
    await api.get(f"{PATH}{suffix}", by=other, expect=403)
    await api.get(f"{PATH}{suffix}", by=await make.app_token("read"), expect=422)


async def test_dismissing_at_once_and_liking_at_once(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person()
    post = await make.post(alice)
    like = f"/api/v1/statuses/{post.id}/favourite"
    await asyncio.gather(*(api.post(like, by=bob) for _ in range(5)))
    (group,) = (await _page(api, alice)).json["notification_groups"]
    assert group["notifications_count"] == 1
    path = f"/api/v1/notifications/{group['most_recent_notification_id']}/dismiss"
    sent = [api.client.post(path, headers=alice.headers) for _ in range(5)]
    statuses = sorted([response.status_code for response in await asyncio.gather(*sent)])
    assert statuses == [200, 404, 404, 404, 404]
    await asyncio.gather(*(api.post(f"{PATH}/{group['group_key']}/dismiss", by=alice) for _ in range(5)))
    assert _groups(await _page(api, alice)) == []


async def test_likes_of_many_at_once_are_one_group(api: Api) -> None:
    alice = await make.person("alice")
    post = await make.post(alice)
    people = [await make.person() for _ in range(6)]
    await asyncio.gather(*(api.post(f"/api/v1/statuses/{post.id}/favourite", by=p) for p in people))
    assert _groups(await _page(api, alice)) == [("favourite", 6)]
