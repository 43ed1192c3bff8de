"""Conversations: direct posts by the people they are between."""

from __future__ import annotations

from echo.actions import accounts, blocks, editing, posts
from echo.actions.drafts import EditDraft
from echo.kinds import Visibility
from echo.models import Account, ConversationPost, Post
from echo.runtime import Runtime
from tests import make
from tests.api.asking import Api, Json
from tests.make import Person

PATH = "/api/v1/conversations"


async def direct(author: Person, text: str, *, reply_to: int | None = None) -> Post:
    return await make.post(author, text, visibility=Visibility.DIRECT, reply_to=reply_to)


async def friends(*names: str) -> list[Person]:
    """People who follow each other: of strangers one is told by request only."""
    people = [await make.person(name) for name in names]
    for one in people:
        for other in people:
            if one is not other:
                await make.follow(one, other)
    return people


async def listed(api: Api, by: Person) -> list[Json]:
    return (await api.get(PATH, by=by)).many("Conversation")


def between(conversation: Json) -> list[str]:
    return sorted(person["acct"] for person in conversation["accounts"])


async def test_a_direct_post_is_a_conversation_of_all_who_take_part(api: Api) -> None:
    alice, bob, carol = await friends("alice", "bob", "carol")
    assert await listed(api, alice) == []
    first = await direct(alice, "@bob hello")
    await make.post(alice, "@bob in public")

    (mine,), (theirs,) = await listed(api, alice), await listed(api, bob)
    assert (mine["unread"], theirs["unread"]) == (False, True)
    assert (between(mine), between(theirs)) == (["bob"], ["alice"])
    assert mine["last_status"]["id"] == theirs["last_status"]["id"] == str(first.id)
    assert await listed(api, carol) == []

    answer = await direct(bob, "@alice hi", reply_to=first.id)
    (mine,), (theirs,) = await listed(api, alice), await listed(api, bob)
    assert (mine["unread"], theirs["unread"]) == (True, False)
    assert mine["last_status"]["id"] == str(answer.id)


async def test_other_people_and_other_threads_are_other_conversations(api: Api) -> None:
    alice, _, _ = await friends("alice", "bob", "carol")
    first = await direct(alice, "@bob one")
    await direct(alice, "@bob another thread")
    await direct(alice, "@bob @carol with carol", reply_to=first.id)
    assert [between(one) for one in await listed(api, alice)] == [["bob", "carol"], ["bob"], ["bob"]]


async def test_a_note_to_oneself_shows_oneself(api: Api) -> None:
    alice = await make.person("alice")
    await direct(alice, "remember the milk")
    (mine,) = await listed(api, alice)
    assert (between(mine), mine["unread"]) == (["alice"], False)


async def test_reading_and_unreading(api: Api) -> None:
    alice, bob = await friends("alice", "bob")
    await direct(alice, "@bob hello")
    (theirs,) = await listed(api, bob)
    path = f"{PATH}/{theirs['id']}"
    assert (await api.post(f"{path}/read", by=bob)).one("Conversation")["unread"] is False
    assert [one["unread"] for one in await listed(api, bob)] == [False]
    assert (await api.post(f"{path}/unread/", by=bob)).one("Conversation")["unread"] is True
    assert [one["unread"] for one in await listed(api, bob)] == [True]

    for caller in (alice, await make.person()):
        await api.post(f"{path}/read", by=caller, expect=404)
        await api.post(f"{path}/unread", by=caller, expect=404)
        await api.delete(path, by=caller, expect=404)
    for wrong in ("0", "abc", "99999999999999999999"):
        await api.post(f"{PATH}/{wrong}/read", by=bob, expect=404)


async def test_scopes(api: Api) -> None:
    alice = await make.person()
    await direct(alice, "a note")
    (mine,) = await listed(api, alice)
    await api.get(PATH, expect=401)
    await api.get(PATH, by=await make.app_token(), expect=422)
    await api.get(PATH, by=await make.with_scopes(alice, "write"), expect=403)
    reader = await make.with_scopes(alice, "read", "write:statuses")
    for method, path in (("POST", "/read"), ("POST", "/unread"), ("DELETE", "")):
        await api.ask(method, f"{PATH}/{mine['id']}{path}", by=reader, expect=403)
        await api.ask(method, f"{PATH}/{mine['id']}{path}", expect=401)


async def test_a_forgotten_conversation_comes_back_with_the_next_post(api: Api) -> None:
    alice, bob = await friends("alice", "bob")
    first = await direct(alice, "@bob hello")
    (theirs,) = await listed(api, bob)
    assert (await api.delete(f"{PATH}/{theirs['id']}", by=bob)).json == {}
    await api.delete(f"{PATH}/{theirs['id']}", by=bob, expect=404)
    assert (await listed(api, bob), len(await listed(api, alice))) == ([], 1)
    await api.get(f"/api/v1/statuses/{first.id}", by=bob)
    again = await direct(alice, "@bob hello?", reply_to=first.id)
    (theirs,) = await listed(api, bob)
    assert theirs["last_status"]["id"] == str(again.id)


async def test_after_a_deletion_the_post_before_is_the_last(api: Api) -> None:
    alice, bob = await friends("alice", "bob")
    first = await direct(alice, "@bob one")
    second = await direct(bob, "@alice two", reply_to=first.id)
    third = await direct(bob, "@alice three", reply_to=first.id)
    await posts.remove(bob.id, third.id)
    (mine,) = await listed(api, alice)
    assert mine["last_status"]["id"] == str(second.id)
    await posts.remove(alice.id, first.id)
    assert [one["last_status"]["id"] for one in await listed(api, bob)] == [str(second.id)]
    await posts.remove(bob.id, second.id)
    assert (await listed(api, alice), await listed(api, bob)) == ([], [])
    assert await ConversationPost.all().count() == 0


async def test_an_edit_that_names_more_people_opens_another_conversation(api: Api) -> None:
    alice, bob, carol = await friends("alice", "bob", "carol")
    post = await direct(alice, "@bob hello")
    await editing.edit(alice.id, post.id, EditDraft(text="@bob hello again"))
    await api.post(f"{PATH}/{(await listed(api, bob))[0]['id']}/read", by=bob)
    await editing.edit(alice.id, post.id, EditDraft(text="@bob hello"))
    assert [one["unread"] for one in await listed(api, bob)] == [False]

    await editing.edit(alice.id, post.id, EditDraft(text="@bob @carol hello"))
    for person, others in (
        (alice, ["bob", "carol"]),
        (bob, ["alice", "carol"]),
        (carol, ["alice", "bob"]),
    ):
        assert [between(one) for one in await listed(api, person)] == [others]


async def test_posts_from_elsewhere(api: Api, runtime: Runtime) -> None:
    alice, zoe = await make.person("alice"), await make.stranger("zoe")
    await make.follow(alice, zoe)
    mine = await make.remote_post(
        zoe, "<p>hi</p>", visibility=Visibility.DIRECT, mentioned_ids=(alice.id,), hashtags=()
    )
    (conversation,) = await listed(api, alice)
    assert (between(conversation), conversation["unread"]) == (["zoe@peer.test"], True)
    answer = await direct(alice, "@zoe@peer.test hi", reply_to=mine.id)
    (conversation,) = await listed(api, alice)
    assert (conversation["unread"], conversation["last_status"]["id"]) == (False, str(answer.id))

    await posts.receive_removal(zoe, mine.uri)
    assert len(await listed(api, alice)) == 1
    await accounts.receive_deletion(await Account.get(id=zoe.id))
    await make.settle(runtime)
    (conversation,) = await listed(api, alice)
    assert conversation["last_status"]["id"] == str(answer.id)


async def test_a_deleted_account_leaves_the_conversations_of_others(api: Api, runtime: Runtime) -> None:
    alice, zoe = await make.person("alice"), await make.stranger("zoe")
    await make.follow(alice, zoe)
    first = await direct(alice, "@zoe@peer.test hi")
    await make.remote_post(
        zoe, visibility=Visibility.DIRECT, mentioned_ids=(alice.id,), in_reply_to_id=first.id
    )
    await make.remote_post(zoe, visibility=Visibility.DIRECT, mentioned_ids=(alice.id,))
    assert len(await listed(api, alice)) == 2
    await accounts.receive_deletion(await Account.get(id=zoe.id))
    await make.settle(runtime)
    (left,) = await listed(api, alice)
    assert left["last_status"]["id"] == str(first.id)


async def test_blocked_and_muted_people_are_not_met(api: Api) -> None:
    alice, bob, carol = await friends("alice", "bob", "carol")
    first = await direct(bob, "@alice @carol hello")
    await blocks.block(alice.id, bob.id)
    assert await listed(api, alice) == []
    # What carol says to both is shown, without him.
    await direct(carol, "@alice @bob hi", reply_to=first.id)
    assert [between(one) for one in await listed(api, alice)] == [["carol"]]
    await direct(bob, "@carol @alice psst", reply_to=first.id)
    (mine,) = await listed(api, alice)
    assert mine["last_status"]["account"]["acct"] == "carol"

    await blocks.mute(carol.id, bob.id)
    before = [one["id"] for one in await listed(api, carol)]
    await direct(bob, "@carol muted")
    assert [one["id"] for one in await listed(api, carol)] == before


async def test_who_was_blocked_sees_no_conversation_with_the_blocker(api: Api) -> None:
    alice, bob = await friends("alice", "bob")
    await direct(alice, "@bob hello")
    (theirs,) = await listed(api, bob)
    await blocks.block(alice.id, bob.id)
    assert await listed(api, bob) == []
    await api.post(f"{PATH}/{theirs['id']}/read", by=bob, expect=404)


async def test_paging_goes_by_the_last_post(api: Api) -> None:
    alice, bob = await friends("alice", "bob")
    made = [await direct(bob, f"@alice {number}") for number in range(5)]
    expected = [str(post.id) for post in reversed(made)]
    pages = await api.pages(PATH, by=alice, query={"limit": 2})
    assert [[one["last_status"]["id"] for one in page] for page in pages] == [
        expected[:2],
        expected[2:4],
        expected[4:],
    ]
    answer = await api.get(PATH, by=alice, query={"limit": 2})
    assert answer.link("next") == {"limit": ["2"], "max_id": [expected[1]]}
    assert answer.link("prev") == {"limit": ["2"], "min_id": [expected[0]]}
    last = await api.get(PATH, by=alice, query={"max_id": expected[3]})
    assert (list(last.links), len(last.json)) == (["prev"], 1)
    assert [[one["last_status"]["id"] for one in page] for page in await api.walk_up(last, by=alice)] == [
        expected[:4]
    ]
    assert (await api.get(PATH, by=alice, query={"max_id": expected[4]})).links == {}


async def test_posts_that_are_kept_apart_become_conversations_when_they_are_let_in(api: Api) -> None:
    alice, bob, zoe = await make.person("alice"), await make.person("bob"), await make.stranger("zoe")
    await api.put("/api/v2/notifications/policy", by=alice, json={"for_not_following": "filter"})
    first = await direct(bob, "@alice hello")
    await make.remote_post(zoe, visibility=Visibility.DIRECT, mentioned_ids=(alice.id,))
    assert await listed(api, alice) == []
    assert len(await listed(api, bob)) == 1
    for request in (await api.get("/api/v1/notifications/requests", by=alice)).json:
        if request["account"]["acct"] == "bob":
            await api.post(f"/api/v1/notifications/requests/{request['id']}/accept", by=alice)
    (mine,) = await listed(api, alice)
    assert (mine["last_status"]["id"], mine["unread"]) == (str(first.id), True)
    assert [one["unread"] for one in await listed(api, bob)] == [False]
