"""Home, public, hashtags, favourites and bookmarks."""

from __future__ import annotations

import pytest

from echo import cache
from echo.actions import blocks, boosts, likes, moderation
from echo.kinds import Visibility
from echo.policy.roles import Staff
from echo.runtime import Runtime
from tests import make
from tests.api.asking import Api
from tests.make import Person

HOME, PUBLIC = "/api/v1/timelines/home", "/api/v1/timelines/public"


async def test_a_new_person_has_an_empty_home(api: Api) -> None:
    answer = await api.get(HOME, by=await make.person())
    assert (answer.json, answer.links) == ([], {})


async def test_home_has_those_one_follows_and_oneself(api: Api, runtime: Runtime) -> None:
    alice, bob, carol, zoe = (
        await make.person("alice"),
        await make.person("bob"),
        await make.person("carol"),
        await make.stranger("zoe"),
    )
    for followee in (bob, zoe):
        await make.follow(alice, followee)
    wanted = [
        await make.post(alice, "own"),
        await make.post(bob, "public"),
        await make.post(bob, "followers", visibility=Visibility.FOLLOWERS),
        await make.post(bob, "unlisted", visibility=Visibility.UNLISTED),
        await make.post(bob, "@alice direct", visibility=Visibility.DIRECT),
        await make.remote_post(zoe, visibility=Visibility.FOLLOWERS),
        await boosts.boost(bob.id, (await make.post(carol, "boosted by bob")).id),
    ]
    await make.post(carol, "not followed")
    await make.post(bob, "@carol direct to another", visibility=Visibility.DIRECT)
    await make.post(carol, "@alice a mention is no home post")
    newest_first = [post.id for post in reversed(wanted)]
    answer = await api.get(HOME, by=alice)
    answer.many("Status")
    assert answer.ids == newest_first
    await make.settle(runtime)  # the same by fan-out, over what is there already
    assert (await api.get(HOME, by=alice)).ids == newest_first


async def test_home_is_filled_when_people_post(api: Api, runtime: Runtime) -> None:
    alice, bob, carol = await make.person("alice"), await make.person("bob"), await make.person()
    await make.follow(alice, bob)
    assert (await api.get(HOME, by=alice)).json == []
    await make.settle(runtime)
    assert (await api.get(HOME, by=alice)).json == []
    post = await make.post(bob)
    await make.post(carol)
    await make.post(bob, visibility=Visibility.DIRECT)
    boost = await boosts.boost(bob.id, (await make.post(carol)).id)
    await make.settle(runtime)
    assert (await api.get(HOME, by=alice)).ids == [boost.id, post.id]
    await api.delete(f"/api/v1/statuses/{post.id}", by=bob)
    assert (await api.get(HOME, by=alice)).ids == [boost.id]
    await make.settle(runtime)
    assert (
        await cache.client().zcard(cache.key("home", cache.tagged(alice.id))) == 2
    )  # the boost and the mark of the filled


async def test_replies_to_people_one_does_not_follow_are_not_on_home(api: Api, runtime: Runtime) -> None:
    alice, bob, carol = await make.person(), await make.person(), await make.person()
    await make.follow(alice, bob)
    theirs = await make.post(carol, "by somebody else")
    own = await make.post(alice, "mine")

    async def replies(person: Person) -> list[int]:
        await make.post(bob, "to a stranger", reply_to=theirs.id)
        first = await make.post(bob, "a thread")
        return [
            first.id,
            (await make.post(bob, "continued", reply_to=first.id)).id,
            (await make.post(bob, "to me", reply_to=own.id)).id,
        ]

    wanted = await replies(bob)
    assert set((await api.get(HOME, by=alice)).ids) == {own.id, *wanted}
    wanted += await replies(bob)
    await make.settle(runtime)
    assert set((await api.get(HOME, by=alice)).ids) == {own.id, *wanted}
    await make.follow(alice, carol)
    await make.settle(runtime)
    assert len((await api.get(HOME, by=alice)).ids) == 10


async def test_home_when_the_cache_was_emptied(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    await make.follow(alice, bob)
    ids = [(await make.post(bob)).id for _ in range(3)][::-1]
    assert (await api.get(HOME, by=alice)).ids == ids
    await cache.client().flushdb()
    assert (await api.get(HOME, by=alice)).ids == ids


@pytest.mark.parametrize("path", [HOME, PUBLIC, "/api/v1/timelines/tag/tea"])
async def test_a_timeline_is_paged_at_both_ends(api: Api, path: str) -> None:
    alice = await make.person()
    ids = [(await make.post(alice, "#tea")).id for _ in range(5)][::-1]
    query: dict[str, object] = {"limit": 2} if path == HOME else {"limit": 2, "local": True}
    pages = await api.pages(path, by=alice, query=query)
    assert [[int(s["id"]) for s in page] for page in pages] == [ids[:2], ids[2:4], ids[4:], []]
    bottom = await api.get(path, by=alice, query=query | {"max_id": ids[3]})
    assert (bottom.ids, set(bottom.links)) == ([ids[4]], {"next", "prev"})
    assert bottom.link("prev")["min_id"] == [str(ids[4])]
    up = await api.walk_up(bottom, by=alice)
    assert [[int(s["id"]) for s in page] for page in up] == [ids[2:4], ids[:2]]
    assert (await api.get(path, by=alice, query=query | {"since_id": ids[3]})).ids == ids[:2]
    assert (await api.get(path, by=alice, query=query | {"min_id": ids[3]})).ids == ids[1:3]
    both = query | {"min_id": ids[3], "since_id": ids[0]}
    assert (await api.get(path, by=alice, query=both)).ids == ids[1:3]
    between = query | {"min_id": ids[4], "max_id": ids[2]}
    assert (await api.get(path, by=alice, query=between)).ids == [ids[3]]
    assert (await api.get(path, by=alice, query={"limit": -2})).ids == ids[:2]
    empty = await api.get(path, by=alice, query={"limit": 0})
    assert (empty.json, empty.links) == ([], {})


async def test_a_page_may_be_short_and_paging_goes_on(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    await make.follow(alice, bob)
    ids = [(await make.post(bob)).id for _ in range(6)][::-1]
    await api.get(HOME, by=alice)
    for post_id in ids[:2]:
        await api.delete(f"/api/v1/statuses/{post_id}", by=bob)
    pages = await api.pages(HOME, by=alice, query={"limit": 2})
    assert [[int(s["id"]) for s in page] for page in pages] == [[], ids[2:4], ids[4:], []]


async def test_public_has_public_posts_that_start_something(api: Api) -> None:
    alice, zoe = await make.person(), await make.stranger()
    image = await make.image(alice)
    plain, pictured = await make.post(alice), await make.post(alice, media_ids=(image.id,))
    far = await make.remote_post(zoe)
    thread = await make.post(alice, reply_to=plain.id)
    for visibility in (Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT):
        await make.post(alice, visibility=visibility)
        await make.remote_post(zoe, visibility=visibility)
    await boosts.boost(alice.id, far.id)
    await make.post(alice, reply_to=far.id)
    everything = [thread.id, far.id, pictured.id, plain.id]
    for by in (None, alice):
        answer = await api.get(PUBLIC, by=by)
        answer.many("Status")
        assert answer.ids == everything
    assert (await api.get(PUBLIC, query={"local": True})).ids == [thread.id, pictured.id, plain.id]
    assert (await api.get(PUBLIC, query={"remote": "true"})).ids == [far.id]
    assert (await api.get(PUBLIC, query={"only_media": 1})).ids == [pictured.id]
    assert (await api.get(PUBLIC, query={"local": "false"})).ids == everything


async def test_public_leaves_out_the_suspended_and_the_blocked(api: Api) -> None:
    alice, bob, zoe = await make.person(), await make.person(), await make.stranger()
    own, theirs, far = await make.post(alice), await make.post(bob), await make.remote_post(zoe)
    await moderation.suspend(Staff.shell(), zoe.id, is_suspended=True)
    assert (await api.get(PUBLIC)).ids == [theirs.id, own.id]
    await blocks.block(bob.id, alice.id)
    assert (await api.get(PUBLIC, by=alice)).ids == [own.id]
    await moderation.suspend(Staff.shell(), zoe.id, is_suspended=False)
    assert (await api.get(PUBLIC, by=alice)).ids == [far.id, own.id]


async def test_hashtags_in_any_case_and_together(api: Api) -> None:
    alice = await make.person()
    tea = await make.post(alice, "#Tea")
    both = await make.post(alice, "#tea #Coffee")
    coffee = await make.post(alice, "#coffee")
    await make.post(alice, "#tea in private", visibility=Visibility.FOLLOWERS)
    await make.post(alice, "#tea unlisted", visibility=Visibility.UNLISTED)
    path = "/api/v1/timelines/tag/TEA"
    answer = await api.get(path)
    answer.many("Status")
    assert answer.ids == [both.id, tea.id]
    assert (await api.get(path, query={"any": ["coffee"]})).ids == [coffee.id, both.id, tea.id]
    assert (await api.get(path, query={"all": ["coffee"]})).ids == [both.id]
    assert (await api.get(path, query={"none": ["Coffee"]})).ids == [tea.id]
    assert (await api.get(path, query={"none": ["coffee"], "all": ["coffee"]})).ids == []
    for unknown in ("unknown", "%C3%BCber", "not%20a%20tag", "%00"):
        assert (await api.get(f"/api/v1/timelines/tag/{unknown}")).json == []
    pages = await api.pages(path, query={"limit": 1, "any": ["coffee"], "local": True})
    assert [int(page[0]["id"]) for page in pages if page] == [coffee.id, both.id, tea.id]


@pytest.mark.parametrize(("name", "action"), [("favourites", "favourite"), ("bookmarks", "bookmark")])
async def test_marked_posts_are_ordered_by_the_marking(api: Api, name: str, action: str) -> None:
    alice, bob = await make.person(), await make.person()
    ids = [(await make.post(bob)).id for _ in range(3)]
    for post_id in reversed(ids):
        await api.post(f"/api/v1/statuses/{post_id}/{action}", by=alice)
    path = f"/api/v1/{name}"
    answer = await api.get(path, by=alice)
    answer.many("Status")
    assert answer.ids == ids
    assert (set(answer.links), set(answer.link("prev"))) == ({"prev"}, {"min_id"})
    pages = await api.pages(path, by=alice, query={"limit": 2})
    assert [[int(s["id"]) for s in page] for page in pages] == [ids[:2], ids[2:]]
    bottom = await api.get(path, by=alice, query={"limit": 1, "max_id": 2})
    assert bottom.ids == ids[2:]
    assert [[int(s["id"]) for s in page] for page in await api.walk_up(bottom, by=alice)] == [
        [ids[1]],
        [ids[0]],
    ]
    assert (await api.get(path, by=bob)).json == []


async def test_marks_on_posts_that_are_gone_are_not_shown(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(bob)
    await likes.like(alice.id, post.id)
    await likes.bookmark(alice.id, post.id)
    await api.delete(f"/api/v1/statuses/{post.id}", by=bob)
    for name in ("favourites", "bookmarks"):
        assert (await api.get(f"/api/v1/{name}", by=alice)).json == []


async def test_the_removed_timeline_of_direct_posts_is_a_404(api: Api) -> None:
    await api.get("/api/v1/timelines/direct", by=await make.person(), expect=404)
