"""Lists: making them, who is on them, what they show."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from echo import db
from echo.actions import accounts as account_actions
from echo.actions import blocks, boosts, erasing, follows, moderation
from echo.kinds import Visibility
from echo.models import List, ListMember
from echo.policy.roles import Staff
from echo.runtime import Runtime
from tests import make
from tests.api.asking import Answer, Api
from tests.make import Person

LISTS, HOME = "/api/v1/lists", "/api/v1/timelines/home"


async def new_list(api: Api, owner: Person, *members: Person, **more: object) -> int:
    """A list of people whom its owner follows from now on."""
    made = (await api.post(LISTS, by=owner, json={"title": "tea", **more})).one("List")
    for member in members:
        if member.id != owner.id:
            await make.follow(owner, member)
    if members:
        await add(api, owner, int(made["id"]), *members)
    return int(made["id"])


async def add(api: Api, owner: Person, list_id: int, *members: Person, expect: int = 200) -> Answer:
    ids = [str(member.id) for member in members]
    path = f"{LISTS}/{list_id}/accounts"
    return await api.post(path, by=owner, expect=expect, json={"account_ids": ids})


async def shown(api: Api, owner: Person, list_id: int, **query: object) -> list[int]:
    answer = await api.get(f"/api/v1/timelines/list/{list_id}", by=owner, query=query)
    answer.many("Status")
    return answer.ids


async def test_a_list_is_made_read_changed_and_deleted(api: Api) -> None:
    alice = await make.person()
    assert (await api.get(LISTS, by=alice)).json == []
    made = (await api.post(LISTS, by=alice, form={"title": " Tea "})).one("List")
    plain = {"id": made["id"], "title": "Tea", "replies_policy": "list", "exclusive": False}
    assert made == plain
    assert (await api.get(LISTS, by=alice)).many("List") == [plain]
    path = f"{LISTS}/{made['id']}"
    assert (await api.get(path, by=alice)).one("List") == plain
    changed = plain | {"title": "x" * 256, "replies_policy": "none", "exclusive": True}
    body = {"title": "x" * 256, "replies_policy": "none", "exclusive": "true"}
    assert (await api.put(path, by=alice, json=body)).one("List") == changed
    assert (await api.patch(path, by=alice, query={"replies_policy": "followed"})).one("List") == changed | {
        "replies_policy": "followed"
    }
    assert (await api.patch(path, by=alice)).one("List")["title"] == "x" * 256
    assert (await api.delete(path, by=alice)).json == {}
    for method in ("GET", "PUT", "DELETE"):
        await api.ask(method, path, by=alice, expect=404)
    assert (await api.get(LISTS, by=alice)).json == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"title": ""}, "Title can't be blank"),
        ({"title": " \n"}, "Title can't be blank"),
        ({"title": "x" * 257}, "Title is too long (maximum is 256 characters)"),
        ({"title": "tea", "replies_policy": "all"}, "Replies policy is not included in the list"),
    ],
)
async def test_what_no_list_can_be(api: Api, body: dict[str, str], told: str) -> None:
    alice = await make.person()
    made = await new_list(api, alice)
    for method, path in (("POST", LISTS), ("PUT", f"{LISTS}/{made}"), ("PATCH", f"{LISTS}/{made}")):
        answer = await api.ask(method, path, by=alice, expect=422, json=body)
        assert answer.json["error"] == f"Validation failed: {told}"
    await api.post(LISTS, by=alice, expect=422)
    assert [found["title"] for found in (await api.get(LISTS, by=alice)).json] == ["tea"]


async def test_fifty_lists_are_enough_even_at_the_same_moment(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    for number in range(48):
        await List.create(account_id=alice.id, title=f"{number}", created_at=alice.account.created_at)

    async def one_more() -> int:
        answer = await api.client.post(LISTS, headers=alice.headers, form={"title": "more"})
        return answer.status_code

    assert sorted(await asyncio.gather(*(one_more() for _ in range(4)))) == [200, 200, 422, 422]
    told = await api.post(LISTS, by=alice, expect=422, form={"title": "51"})
    assert told.json["error"] == "Validation failed: You have reached the maximum number of lists"
    assert len((await api.get(LISTS, by=alice)).json) == 50
    await new_list(api, bob)


async def test_nobody_sees_or_changes_the_list_of_another(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    made = await new_list(api, alice, bob)
    path = f"{LISTS}/{made}"
    body = {"account_ids": [str(alice.id)], "title": "mine"}
    for method, asked in (
        ("GET", path),
        ("PUT", path),
        ("PATCH", path),
        ("DELETE", path),
        ("GET", f"{path}/accounts"),
        ("POST", f"{path}/accounts"),
        ("DELETE", f"{path}/accounts"),
        ("GET", f"/api/v1/timelines/list/{made}"),
    ):
        more = {} if method == "GET" else {"json": body}
        await api.ask(method, asked, by=bob, expect=404, **more)
        await api.ask(method, asked.replace(str(made), "x"), by=alice, expect=404, **more)
        await api.ask(method, asked, expect=401, **more)
    assert (await api.get(LISTS, by=bob)).json == []
    assert (await api.get(f"/api/v1/accounts/{bob.id}/lists", by=bob)).json == []
    assert (await api.get(f"{path}/accounts", by=alice)).ids == [bob.id]


async def test_members_are_added_by_followers_and_taken_off(api: Api) -> None:
    alice, bob, carol, dave, eve = [await make.person() for _ in range(5)]
    zoe, locked = await make.stranger(), await make.person(locked=True)
    made = await new_list(api, alice, bob)
    path = f"{LISTS}/{made}/accounts"
    for person in (carol, dave):
        await make.follow(alice, person)
    await make.follow(alice, zoe)
    await follows.follow(alice.id, locked.id)  # asked is enough
    for refused in ([carol.id, eve.id], [carol.id, 12345], ["x"], [eve.id]):
        await api.post(path, by=alice, expect=404, json={"account_ids": refused})
    told = await add(api, alice, made, carol, bob, expect=422)
    assert told.json["error"] == "Validation failed: Account has already been taken"
    assert (await api.get(path, by=alice)).ids == [bob.id]
    assert (await api.post(path, by=alice, form={"account_ids[]": str(carol.id)})).json == {}
    await api.post(path, by=alice, query={"account_ids": [zoe.id, locked.id, alice.id]})
    await api.post(path, by=alice)
    everybody = [bob.id, carol.id, zoe.id, locked.id, alice.id]
    answer = await api.get(path, by=alice)
    assert len(answer.many("Account")) == 5
    assert answer.ids == sorted(everybody, reverse=True)
    for person in (bob, carol):
        found = (await api.get(f"/api/v1/accounts/{person.id}/lists", by=alice)).many("List")
        assert [one["id"] for one in found] == [str(made)]
    assert (await api.get(f"/api/v1/accounts/{eve.id}/lists", by=alice)).json == []
    await api.get("/api/v1/accounts/12345/lists", by=alice, expect=404)
    assert (await api.delete(path, by=alice, json={"account_ids": [bob.id, eve.id]})).json == {}
    await api.delete(path, by=alice, query={"account_ids": [zoe.id]})
    await api.delete(path, by=alice)
    assert (await api.get(path, by=alice)).ids == sorted([carol.id, locked.id, alice.id], reverse=True)


async def test_a_list_of_five_hundred_is_paged_or_read_at_once(api: Api, runtime: Runtime) -> None:
    alice = await make.person()
    made = await new_list(api, alice)
    people = [await make.stranger() for _ in range(500)]
    ids = [person.id for person in people]
    await db.execute(
        "INSERT INTO follows (follower_id, followee_id, state, uri, created_at)"
        " SELECT $1, id, 'accepted', 'urn:' || id, now() FROM unnest($2::bigint[]) AS p(id)",
        alice.id,
        ids,
    )
    path = f"{LISTS}/{made}/accounts"
    await api.post(path, by=alice, json={"account_ids": ids})
    newest = sorted(ids, reverse=True)
    everybody = await api.get(path, by=alice, query={"limit": 0})
    assert (everybody.ids, everybody.links) == (newest, {})
    first = await api.get(path, by=alice)
    assert (first.ids, set(first.links)) == (newest[:40], {"next", "prev"})
    assert first.link("prev") == {"since_id": [str(newest[0])]}
    pages = await api.pages(path, by=alice, query={"limit": 100})
    assert [len(page) for page in pages] == [80] * 6 + [20]
    assert [int(one["id"]) for page in pages for one in page] == newest
    assert (await api.get(path, by=alice, query={"since_id": newest[2], "limit": 1})).ids == newest[:1]
    posts = [(await make.remote_post(person)).id for person in people[::50]]
    assert await shown(api, alice, made) == posts[::-1]
    more = await make.remote_post(people[7])
    await make.settle(runtime)
    assert await shown(api, alice, made) == [more.id, *posts[::-1]]


@pytest.mark.parametrize("how", ["unfollow", "block", "blocked", "refused", "erased"])
async def test_who_is_not_followed_any_more_is_on_no_list(api: Api, runtime: Runtime, how: str) -> None:
    alice, bob = await make.person(), await make.person()
    made = await new_list(api, alice, bob)
    await make.post(bob)
    assert len(await shown(api, alice, made)) == 1
    if how == "unfollow":
        await api.post(f"/api/v1/accounts/{bob.id}/unfollow", by=alice)
    elif how == "block":
        await api.post(f"/api/v1/accounts/{bob.id}/block", by=alice)
    elif how == "blocked":
        await api.post(f"/api/v1/accounts/{alice.id}/block", by=bob)
    elif how == "refused":
        await follows.remove_follower(bob.id, alice.id)
    else:
        await account_actions.delete_local(bob.id)
        await db.execute("DELETE FROM jobs")
        await erasing.erase(bob.id)
    assert (await api.get(f"{LISTS}/{made}/accounts", by=alice)).json == []
    await make.settle(runtime)
    assert await shown(api, alice, made) == []
    assert await ListMember.filter(account_id=bob.id).count() == 0


async def test_a_suspended_member_is_not_shown(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    made = await new_list(api, alice, bob)
    await moderation.suspend(Staff.shell(), bob.id, is_suspended=True)
    assert (await api.get(f"{LISTS}/{made}/accounts", by=alice)).json == []
    assert (await api.get(f"/api/v1/accounts/{bob.id}/lists", by=alice)).json == []
    await moderation.suspend(Staff.shell(), bob.id, is_suspended=False)
    assert (await api.get(f"{LISTS}/{made}/accounts", by=alice)).ids == [bob.id]


async def test_a_list_shows_what_its_members_say(api: Api, runtime: Runtime) -> None:
    alice, bob, carol = await make.person("alice"), await make.person("bob"), await make.person("carol")
    made = await new_list(api, alice, bob)
    await make.follow(alice, carol)
    assert await shown(api, alice, made) == []
    await make.settle(runtime)

    async def say() -> list[int]:
        await make.post(alice, "own")
        await make.post(carol, "not on the list")
        await make.post(bob, "@alice direct", visibility=Visibility.DIRECT)
        return [
            (await make.post(bob, "public")).id,
            (await make.post(bob, "unlisted", visibility=Visibility.UNLISTED)).id,
            (await make.post(bob, "followers", visibility=Visibility.FOLLOWERS)).id,
            (await boosts.boost(bob.id, (await make.post(carol)).id)).id,
        ]

    pushed = await say()
    await make.settle(runtime)
    assert await shown(api, alice, made) == pushed[::-1]
    await api.put(f"{LISTS}/{made}", by=alice, json={"replies_policy": "none"})  # filled anew from the rows
    assert await shown(api, alice, made) == pushed[::-1]
    pages = await api.pages(f"/api/v1/timelines/list/{made}", by=alice, query={"limit": 3})
    assert [[int(s["id"]) for s in page] for page in pages] == [pushed[:0:-1], pushed[:1], []]
    bottom = await api.get(
        f"/api/v1/timelines/list/{made}", by=alice, query={"limit": 1, "max_id": pushed[1]}
    )
    assert bottom.link("prev") == {"limit": ["1"], "min_id": [str(pushed[0])]}
    up = await api.walk_up(bottom, by=alice)
    assert [int(s["id"]) for page in up for s in page] == pushed[1:]
    assert await shown(api, alice, made, since_id=pushed[2]) == [pushed[3]]
    await api.delete(f"/api/v1/statuses/{pushed[0]}", by=bob)
    await make.settle(runtime)
    assert await shown(api, alice, made) == pushed[:0:-1]


POLICIES = {
    # to a member, to somebody followed, to a stranger, to the owner, to oneself
    "list": (True, False, False, True, True),
    "followed": (True, True, False, True, True),
    "none": (False, False, False, True, True),
}


@pytest.mark.parametrize("policy", POLICIES)
async def test_which_answers_a_list_shows(api: Api, runtime: Runtime, policy: str) -> None:
    alice, bob, carol, dave, eve = [await make.person() for _ in range(5)]
    made = await new_list(api, alice, bob, carol, replies_policy=policy)
    await make.follow(alice, dave)
    roots = [await make.post(author) for author in (carol, dave, eve, alice, bob)]
    assert await shown(api, alice, made) == [roots[4].id, roots[0].id]
    await make.settle(runtime)
    for by_rows in (False, True):
        answers = [(await make.post(bob, reply_to=root.id)).id for root in roots]
        if by_rows:
            await api.put(f"{LISTS}/{made}", by=alice, json={"replies_policy": policy})
        else:
            await make.settle(runtime)
        found = await shown(api, alice, made)
        assert tuple(answer in found for answer in answers) == POLICIES[policy], by_rows


async def test_a_mute_and_hidden_boosts_hold_on_lists_too(api: Api, runtime: Runtime) -> None:
    alice, bob, carol = await make.person(), await make.person(), await make.person()
    made = await new_list(api, alice, bob)
    post = await make.post(bob)
    boost = await boosts.boost(bob.id, (await make.post(carol)).id)
    assert await shown(api, alice, made) == [boost.id, post.id]
    await api.post(f"/api/v1/accounts/{bob.id}/follow", by=alice, json={"reblogs": False})
    assert await shown(api, alice, made) == [post.id]
    await api.post(f"/api/v1/accounts/{bob.id}/mute", by=alice)
    assert await shown(api, alice, made) == []
    await api.post(f"/api/v1/accounts/{bob.id}/unmute", by=alice)
    await api.post(f"/api/v1/accounts/{bob.id}/follow", by=alice, json={"reblogs": True})
    await api.post(f"/api/v1/accounts/{carol.id}/mute", by=alice)
    assert await shown(api, alice, made) == [post.id]
    await blocks.unmute(alice.id, carol.id)
    await make.settle(runtime)
    assert await shown(api, alice, made) == [boost.id, post.id]


async def test_what_is_on_an_exclusive_list_is_not_at_home(api: Api, runtime: Runtime) -> None:
    alice, bob, carol = await make.person(), await make.person(), await make.person()
    made = await new_list(api, alice, bob, alice)
    await make.follow(alice, carol)
    await make.follow(carol, bob)

    async def say() -> list[int]:
        return [(await make.post(person)).id for person in (alice, bob, carol)]

    async def home(person: Person) -> list[int]:
        return (await api.get(HOME, by=person)).ids

    own, theirs, other = await say()
    assert await home(alice) == [other, theirs, own]
    await api.put(f"{LISTS}/{made}", by=alice, json={"exclusive": True})
    assert await home(alice) == [other, own]
    assert await home(carol) == [other, theirs]
    more_own, more_theirs, more_other = await say()
    boost = await boosts.boost(bob.id, other)
    await make.settle(runtime)
    assert await home(alice) == [more_other, more_own, other, own]
    assert await shown(api, alice, made) == [boost.id, more_theirs, more_own, theirs, own]
    await api.delete(f"{LISTS}/{made}/accounts", by=alice, json={"account_ids": [bob.id]})
    everything = [boost.id, more_other, more_theirs, more_own, other, theirs, own]
    assert await home(alice) == everything
    await add(api, alice, made, bob)
    assert theirs not in await home(alice)
    await api.delete(f"{LISTS}/{made}", by=alice)
    assert await home(alice) == everything


async def test_the_change_of_a_list_is_followed_up_by_a_job(api: Api) -> None:
    """The answer makes timelines anew at once; when Redis was away then, the job does."""
    alice, bob = await make.person(), await make.person()
    made = await new_list(api, alice, bob, exclusive=True)
    await db.execute("DELETE FROM jobs")
    await api.put(f"{LISTS}/{made}", by=alice, json={"exclusive": False})
    await api.delete(f"{LISTS}/{made}", by=alice)
    rows = await db.fetch("SELECT name, arguments FROM jobs ORDER BY id")
    assert [row["name"] for row in rows] == ["timelines.change_list", "timelines.drop_list"]
    assert [msgspec.json.decode(row["arguments"])["home_too"] for row in rows] == [True, False]


async def test_lists_need_their_scopes(api: Api) -> None:
    alice = await make.person()
    made = await new_list(api, alice)
    reader = await make.with_scopes(alice, "read:lists")
    writer = await make.with_scopes(alice, "write:lists")
    await api.get(f"/api/v1/timelines/list/{made}", by=reader)
    await api.get(f"/api/v1/timelines/list/{made}", by=writer, expect=403)
    await api.get(LISTS, by=writer, expect=403)
    await api.post(LISTS, by=reader, expect=403, json={"title": "x"})
    await api.put(f"{LISTS}/{made}", by=writer, json={"title": "x"})


async def test_an_unfollow_at_the_same_moment_leaves_nobody_on_the_list(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    made = await new_list(api, alice)
    for _ in range(5):
        await make.follow(alice, bob)

        async def unfollow() -> None:
            await follows.unfollow(alice.id, bob.id)

        async def put() -> None:
            body = {"account_ids": [str(bob.id)]}
            await api.client.post(f"{LISTS}/{made}/accounts", headers=alice.headers, json=body)

        await asyncio.gather(put(), unfollow())
        assert (await api.get(f"{LISTS}/{made}/accounts", by=alice)).json == []
