"""From whom people are told: what is accepted, kept apart and dropped, and how those who wait are let in."""

from __future__ import annotations

from typing import Any

import pytest

from echo import clock, db
from echo.actions import blocks, likes, moderation
from echo.actions.notify import tell
from echo.kinds import AccountKind, NotificationKind, Role, Visibility
from echo.models import Account
from echo.policy.roles import Staff
from tests import make
from tests.api.asking import Api
from tests.make import Person

LIST = "/api/v1/notifications"
POLICY = "/api/v2/notifications/policy"
REQUESTS = "/api/v1/notifications/requests"


async def _told(api: Api, person: Person, **query: object) -> list[str]:
    found = (await api.get(LIST, by=person, query=query)).many("Notification")
    return [n["type"] for n in found]


async def _choose(api: Api, person: Person, **chosen: str) -> Any:
    return (await api.patch(POLICY, by=person, json=chosen)).one("NotificationPolicy")


async def _grown_up(account: Account | Person) -> None:
    """As if the account were old."""
    await db.execute("UPDATE accounts SET created_at = now() - interval '40 days' WHERE id = $1", account.id)


async def test_the_policy_has_defaults_and_is_changed_bit_by_bit(api: Api) -> None:
    alice = await make.person("alice")
    default = (await api.get(POLICY, by=alice)).one("NotificationPolicy")
    assert default == {
        "for_not_following": "accept",
        "for_not_followers": "accept",
        "for_new_accounts": "accept",
        "for_private_mentions": "filter",
        "for_limited_accounts": "filter",
        "for_bots": "accept",
        "summary": {"pending_requests_count": 0, "pending_notifications_count": 0},
    }
    assert await _choose(api, alice, for_bots="drop") == default | {"for_bots": "drop"}
    put = await api.put(POLICY, by=alice, form={"for_not_following": "filter", "for_bots": ""})
    assert put.one("NotificationPolicy")["for_not_following"] == "filter"
    assert (await api.get(POLICY, by=alice)).json["for_bots"] == "drop"
    await api.patch(POLICY, by=alice, json={"for_bots": "perhaps"}, expect=422)
    assert (await api.get(POLICY, by=await make.person())).json == default


async def test_the_first_form_of_the_policy(api: Api) -> None:
    alice, path = await make.person("alice"), "/api/v1/notifications/policy"
    first = (await api.get(path, by=alice)).one("V1NotificationPolicy")
    assert (first["filter_private_mentions"], first["filter_not_following"]) == (True, False)
    await _choose(api, alice, for_new_accounts="drop")
    sent = {"filter_new_accounts": True, "filter_not_following": "1", "filter_private_mentions": False}
    for ask in (api.put, api.patch):
        changed = (await ask(path, by=alice, json=sent)).one("V1NotificationPolicy")
    assert (changed["filter_not_following"], changed["filter_private_mentions"]) == (True, False)
    second = (await api.get(POLICY, by=alice)).json
    assert (second["for_new_accounts"], second["for_not_following"]) == ("drop", "filter")
    assert second["for_private_mentions"] == "accept"


@pytest.mark.parametrize("handling", ["filter", "drop"])
async def test_people_whom_one_does_not_follow(api: Api, handling: str) -> None:
    alice, bob, carol = await make.person("alice"), await make.person(), await make.person()
    await make.follow(alice, carol)
    post = await make.post(alice)
    await _choose(api, alice, for_not_following=handling)
    for person in (bob, carol):
        await make.post(person, "@alice")
        await likes.like(person.id, post.id)
    assert await _told(api, alice) == ["favourite", "mention"]
    everything = await _told(api, alice, include_filtered=True)
    assert len(everything) == (4 if handling == "filter" else 2)
    assert len((await api.get(REQUESTS, by=alice)).json) == (1 if handling == "filter" else 0)


async def test_what_is_kept_apart_is_marked_and_not_counted(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person()
    await _choose(api, alice, for_not_following="filter")
    await make.post(bob, "@alice")
    (kept,) = (await api.get(LIST, by=alice, query={"include_filtered": True})).many("Notification")
    assert kept["filtered"] is True
    assert kept["group_key"] == f"ungrouped-{kept['id']}"
    assert await _told(api, alice, account_id=bob.id) == ["mention"], "whoever asks for one sees all of them"
    for version in ("v1", "v2"):
        path = f"/api/{version}/notifications/unread_count"
        assert (await api.get(path, by=alice)).json == {"count": 0}
    assert (await api.get("/api/v2/notifications", by=alice)).json["notification_groups"] == []
    with_them = await api.get("/api/v2/notifications", by=alice, query={"include_filtered": True})
    assert len(with_them.json["notification_groups"]) == 1


async def test_followers_of_less_than_three_days_do_not_count(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person()
    await make.follow(alice, bob)
    await make.follow(bob, alice)
    await _choose(api, alice, for_not_followers="filter")
    await make.post(bob, "@alice")
    assert await _told(api, alice) == ["follow"]
    await db.execute("UPDATE follows SET created_at = now() - interval '4 days'")
    await make.post(bob, "@alice")
    assert await _told(api, alice) == ["mention", "follow"]


async def test_new_accounts_and_bots(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.stranger()
    await _choose(api, alice, for_new_accounts="drop", for_bots="filter")
    await make.remote_post(bob, mentioned_ids=(alice.id,))
    assert await _told(api, alice, include_filtered=True) == []
    await _grown_up(bob)
    await make.remote_post(bob, mentioned_ids=(alice.id,))
    assert await _told(api, alice) == ["mention"]
    await Account.filter(id=bob.id).update(kind=AccountKind.SERVICE.value)
    await make.remote_post(bob, mentioned_ids=(alice.id,))
    assert await _told(api, alice) == ["mention"]
    await make.follow(alice, bob)
    await make.remote_post(bob, mentioned_ids=(alice.id,))
    assert len(await _told(api, alice)) == 2


async def test_limited_accounts_are_kept_apart(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person()
    post = await make.post(alice)
    await Account.filter(id=bob.id).update(silenced_at=clock.now())
    await likes.like(bob.id, post.id)
    assert await _told(api, alice) == []
    assert await _told(api, alice, include_filtered=True) == ["favourite"]
    assert (await api.get(REQUESTS, by=alice)).json == [], "a like asks for nothing"


async def test_s_g13_private_mentions_unless_they_answer(api: Api) -> None:
    """Also further down the thread, and when others answer in between."""
    alice, bob, carol = await make.person("alice"), await make.person("bob"), await make.person("carol")
    await make.post(bob, "@alice", visibility=Visibility.DIRECT)
    assert await _told(api, alice) == []
    mine = await make.post(alice, "@bob", visibility=Visibility.DIRECT)
    reply = await make.post(bob, "@alice @carol", visibility=Visibility.DIRECT, reply_to=mine.id)
    assert await _told(api, alice) == ["mention"]
    between = await make.post(carol, "@alice @bob", visibility=Visibility.DIRECT, reply_to=reply.id)
    assert await _told(api, alice) == ["mention"], "carol was never written to by alice"
    await make.post(bob, "@alice", visibility=Visibility.DIRECT, reply_to=between.id)
    assert await _told(api, alice) == ["mention"] * 2
    public = await make.post(alice, "@bob in public")
    await make.post(bob, "@alice", visibility=Visibility.DIRECT, reply_to=public.id)
    assert await _told(api, alice) == ["mention"] * 2


async def test_moderators_are_always_heard(api: Api) -> None:
    alice, moderator = await make.person("alice"), await make.person(role=Role.MODERATOR)
    await _choose(api, alice, for_not_following="drop")
    post = await make.post(alice)
    await make.post(moderator, "@alice", visibility=Visibility.DIRECT)
    await likes.like(moderator.id, post.id)
    assert await _told(api, alice) == ["mention"], "their messages, not their likes"


async def test_what_nobody_else_does_is_never_kept_apart(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person()
    await _choose(
        api, alice, **{f"for_{n}": "drop" for n in ("not_following", "not_followers", "new_accounts")}
    )
    async with db.unit_of_work() as unit:
        await tell(unit, [alice.id], NotificationKind.SIGN_UP, bob.id)
    assert await _told(api, alice) == ["admin.sign_up"]


async def test_mentions_beside_people_one_blocks_or_mutes(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person()
    await make.person("carol")
    carol = await Account.get(username="carol", domain="")
    await blocks.mute(alice.id, carol.id)
    await make.post(bob, "@alice @carol")
    assert await _told(api, alice) == []
    await make.post(bob, "@alice")
    assert await _told(api, alice) == ["mention"]


async def test_muted_conversations_are_silent(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person()
    post = await make.post(alice)
    await db.execute(
        "INSERT INTO thread_mutes (account_id, thread_id, created_at) VALUES ($1, $2, now())",
        alice.id,
        post.thread_id,
    )
    await likes.like(bob.id, post.id)
    await make.post(bob, "@alice", reply_to=post.id)
    assert await _told(api, alice, include_filtered=True) == []


async def _waiting(api: Api, count: int) -> tuple[Person, list[Person]]:
    """Alice, and as many people who mentioned her twice and wait."""
    alice = await make.person("alice")
    await _choose(api, alice, for_not_following="filter")
    people = [await make.person() for _ in range(count)]
    for person in people:
        for _ in range(2):
            await make.post(person, "@alice")
    return alice, people


async def test_those_who_wait_are_listed_in_pages(api: Api) -> None:
    alice, people = await _waiting(api, 3)
    listed = await api.get(REQUESTS, by=alice)
    newest_first = [str(person.id) for person in reversed(people)]
    assert [r["account"]["id"] for r in listed.many("NotificationRequest")] == newest_first
    assert {r["notifications_count"] for r in listed.json} == {"2"}
    assert all(r["last_status"]["account"]["id"] == r["account"]["id"] for r in listed.json)
    summary = (await api.get(POLICY, by=alice)).json["summary"]
    assert summary == {"pending_requests_count": 3, "pending_notifications_count": 6}
    pages = await api.pages(REQUESTS, by=alice, query={"limit": 2})
    assert [[r["account"]["id"] for r in page] for page in pages] == [newest_first[:2], newest_first[2:]]
    assert "min_id" in listed.link("prev")
    one = await api.get(f"{REQUESTS}/{listed.ids[0]}", by=alice)
    assert one.one("NotificationRequest") == listed.json[0]
    mallory = await make.person()
    assert (await api.get(REQUESTS, by=mallory)).json == []
    await api.get(f"{REQUESTS}/{listed.ids[0]}", by=mallory, expect=404)
    await moderation.suspend(Staff.shell(), people[0].id, is_suspended=True)
    assert len((await api.get(REQUESTS, by=alice)).json) == 2


async def test_whoever_is_let_in_is_heard_from_then_on(api: Api) -> None:
    alice, people = await _waiting(api, 2)
    second, first = (await api.get(REQUESTS, by=alice)).ids
    assert (await api.post(f"{REQUESTS}/{first}/accept", by=alice)).json == {}
    await api.post(f"{REQUESTS}/{first}/accept", by=alice, expect=404)
    assert await _told(api, alice) == ["mention"] * 2
    assert (await api.get(f"{REQUESTS}/merged", by=alice)).json == {"merged": True}
    await make.post(people[0], "@alice")
    assert await _told(api, alice) == ["mention"] * 3
    assert (await api.get(REQUESTS, by=alice)).ids == [second]
    await blocks.mute(alice.id, people[0].id)
    await blocks.unmute(alice.id, people[0].id)
    await make.post(people[0], "@alice")
    assert await _told(api, alice) == ["mention"] * 3, "a mute takes the permission back"


async def test_whoever_is_dismissed_may_ask_again(api: Api) -> None:
    alice, people = await _waiting(api, 2)
    _, first = (await api.get(REQUESTS, by=alice)).ids
    await api.post(f"{REQUESTS}/{first}/dismiss", by=alice)
    await api.post(f"{REQUESTS}/{first}/dismiss", by=alice, expect=404)
    assert len(await _told(api, alice, include_filtered=True)) == 2
    await make.post(people[0], "@alice")
    assert len((await api.get(REQUESTS, by=alice)).json) == 2
    assert await _told(api, alice) == []


@pytest.mark.parametrize(("action", "told"), [("accept", 6), ("dismiss", 0)])
async def test_many_at_once(api: Api, action: str, told: int) -> None:
    alice, _ = await _waiting(api, 3)
    ids = (await api.get(REQUESTS, by=alice)).ids
    mallory = await make.person()
    assert (await api.post(f"{REQUESTS}/{action}", by=mallory, json={"id": ids})).json == {}
    assert (await api.post(f"{REQUESTS}/{action}", by=alice)).json == {}
    assert len((await api.get(REQUESTS, by=alice)).json) == 3
    sent = {"id": [str(i) for i in [*ids, 12345]]}
    assert (await api.post(f"{REQUESTS}/{action}", by=alice, json=sent)).json == {}
    assert (await api.get(REQUESTS, by=alice)).json == []
    assert len(await _told(api, alice)) == told


@pytest.mark.parametrize("action", ["accept", "dismiss"])
async def test_requests_of_others_are_unknown(api: Api, action: str) -> None:
    alice, _ = await _waiting(api, 1)
    (waiting,) = (await api.get(REQUESTS, by=alice)).ids
    await api.post(f"{REQUESTS}/{waiting}/{action}", by=await make.person(), expect=404)
    other = await make.with_scopes(alice, "read")
    await api.post(f"{REQUESTS}/{waiting}/{action}", by=other, expect=403)
    assert len((await api.get(REQUESTS, by=alice)).json) == 1
