"""Favourite, reblog, bookmark, their undo, and who did it."""

from __future__ import annotations

import pytest

from echo.actions import blocks, boosts, likes, moderation
from echo.kinds import Visibility
from echo.models import Bookmark, Post
from echo.policy.roles import Staff
from tests import make
from tests.api.asking import Api
from tests.make import Person

STATUSES = "/api/v1/statuses"


async def _act(api: Api, person: Person, post_id: int, action: str) -> dict[str, object]:
    answer = await api.post(f"{STATUSES}/{post_id}/{action}", by=person)
    found: dict[str, object] = answer.one("Status")
    return found


@pytest.mark.parametrize(
    ("action", "undo", "mark", "count"),
    [
        ("favourite", "unfavourite", "favourited", "favourites_count"),
        ("bookmark", "unbookmark", "bookmarked", None),
    ],
)
async def test_an_action_twice_is_once_and_so_is_its_undo(
    api: Api, action: str, undo: str, mark: str, count: str | None
) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    for _ in range(2):
        done = await _act(api, bob, post.id, action)
        assert (done["id"], done[mark]) == (str(post.id), True)
        assert count is None or done[count] == 1
    assert (await api.get(f"{STATUSES}/{post.id}", by=alice)).one("Status")[mark] is False
    for _ in range(2):
        undone = await _act(api, bob, post.id, undo)
        assert (undone["id"], undone[mark]) == (str(post.id), False)
        assert count is None or undone[count] == 0


async def test_a_boost_has_an_id_of_its_own(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    boost = await _act(api, bob, post.id, "reblog")
    shown = boost["reblog"]
    assert isinstance(shown, dict)
    assert boost["id"] != str(post.id)
    assert (shown["id"], shown["reblogs_count"], shown["reblogged"]) == (str(post.id), 1, True)
    assert (boost["reblogged"], boost["content"]) == (True, shown["content"])
    again = await _act(api, bob, post.id, "reblog")
    assert again["id"] == boost["id"]
    of_the_boost = await _act(api, alice, int(str(boost["id"])), "reblog")
    assert isinstance(of_the_boost["reblog"], dict)
    assert of_the_boost["reblog"]["id"] == str(post.id)
    back = await _act(api, bob, post.id, "unreblog")
    assert (back["id"], back["reblogs_count"], back["reblogged"]) == (str(post.id), 1, False)
    await api.get(f"{STATUSES}/{boost['id']}", by=bob, expect=404)
    anew = await _act(api, bob, post.id, "reblog")
    assert anew["id"] != boost["id"]


async def test_undoing_a_boost_that_never_was_answers_the_original(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    boost = await boosts.boost(alice.id, post.id)
    assert (await _act(api, bob, post.id, "unreblog"))["id"] == str(post.id)
    assert (await _act(api, alice, boost.id, "unreblog"))["id"] == str(post.id)
    assert (await api.get(f"{STATUSES}/{post.id}")).json["reblogs_count"] == 0


@pytest.mark.parametrize("action", ["favourite", "bookmark"])
async def test_acting_on_a_boost_acts_on_the_original(api: Api, action: str) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    boost = await boosts.boost(alice.id, post.id)
    done = await _act(api, bob, boost.id, action)
    mark = f"{action}d" if action == "favourite" else "bookmarked"
    assert (done["id"], done[mark]) == (str(boost.id), True)
    assert isinstance(done["reblog"], dict)
    assert (done["reblog"]["id"], done["reblog"][mark]) == (str(post.id), True)
    undone = await _act(api, bob, boost.id, f"un{action}")
    assert (undone["id"], undone[mark]) == (str(post.id), False)


async def test_s_g07_a_boost_never_widens_who_reads(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.follow(bob, alice)
    private = await make.post(alice, visibility=Visibility.FOLLOWERS)
    direct = await make.post(alice, "@bob", visibility=Visibility.DIRECT)
    await api.post(f"{STATUSES}/{private.id}/reblog", by=bob, expect=403)
    for person in (alice, bob):
        await api.post(f"{STATUSES}/{direct.id}/reblog", by=person, expect=403)
    own = await api.post(f"{STATUSES}/{private.id}/reblog", by=alice, form={"visibility": "public"})
    assert own.one("Status")["visibility"] == "private"
    await api.get(f"{STATUSES}/{own.json['id']}", expect=404)
    await api.get(f"{STATUSES}/{own.json['id']}", by=bob)
    unlisted = await make.post(alice, visibility=Visibility.UNLISTED)
    wide = await api.post(f"{STATUSES}/{unlisted.id}/reblog", by=bob, json={"visibility": "public"})
    assert wide.one("Status")["visibility"] == "unlisted"
    public = await make.post(alice)
    narrow = await api.post(f"{STATUSES}/{public.id}/reblog", by=bob, json={"visibility": "private"})
    assert narrow.one("Status")["visibility"] == "private"
    await api.get(f"{STATUSES}/{narrow.json['id']}", expect=404)


async def test_what_can_no_longer_be_read_can_still_be_taken_back(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    await make.follow(bob, alice)
    private, public = await make.post(alice, visibility=Visibility.FOLLOWERS), await make.post(alice)
    await _act(api, bob, private.id, "favourite")
    await _act(api, bob, private.id, "bookmark")
    boost = await boosts.boost(bob.id, public.id)
    await blocks.block(alice.id, bob.id)
    for post, action in ((private, "unfavourite"), (private, "unbookmark"), (public, "unreblog")):
        await api.post(f"{STATUSES}/{post.id}/{action}", by=bob, expect=404)
    assert (await api.get(f"{STATUSES}/{private.id}", by=alice)).one("Status")["favourites_count"] == 0
    assert not await Bookmark.exists(account_id=bob.id)
    assert (await Post.get(id=boost.id)).deleted_at is not None


async def test_who_liked_and_who_boosted(api: Api) -> None:
    alice, bob, carol, zoe = (
        await make.person(),
        await make.person(),
        await make.person(),
        await make.stranger(),
    )
    post = await make.post(alice)
    for person in (bob, carol):
        await likes.like(person.id, post.id)
        await boosts.boost(person.id, post.id)
    await likes.receive(zoe, post.id, "https://peer.test/likes/1")
    for name, newest_first in (
        ("favourited_by", [zoe.id, carol.id, bob.id]),
        ("reblogged_by", [carol.id, bob.id]),
    ):
        path = f"{STATUSES}/{post.id}/{name}"
        answer = await api.get(path)
        answer.many("Account")
        assert answer.ids == newest_first
        pages = await api.pages(path, by=bob, query={"limit": 1})
        assert [int(page[0]["id"]) for page in pages if page] == newest_first
        assert set((await api.get(path, query={"limit": 1})).link("prev")) == {"limit", "since_id"}
    await moderation.suspend(Staff.shell(), zoe.id, is_suspended=True)
    assert (await api.get(f"{STATUSES}/{post.id}/favourited_by")).ids == [carol.id, bob.id]


async def test_a_hidden_boost_does_not_name_its_booster(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    await boosts.boost(bob.id, post.id, Visibility.FOLLOWERS)
    assert (await api.get(f"{STATUSES}/{post.id}/reblogged_by")).json == []
    assert (await api.get(f"{STATUSES}/{post.id}/reblogged_by", by=bob)).ids == [bob.id]


async def test_those_one_blocks_are_not_named(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    await likes.like(bob.id, post.id)
    await boosts.boost(bob.id, post.id)
    await blocks.block(alice.id, bob.id)
    for name in ("favourited_by", "reblogged_by"):
        assert (await api.get(f"{STATUSES}/{post.id}/{name}", by=alice)).json == []


async def test_boosts_of_a_deleted_post_are_gone(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    boost = await boosts.boost(bob.id, post.id)
    await api.delete(f"{STATUSES}/{post.id}", by=alice)
    assert (await api.get(f"/api/v1/accounts/{bob.id}/statuses")).json == []
    assert (await Post.get(id=boost.id)).deleted_at is not None
    assert (await api.get(f"/api/v1/accounts/{bob.id}")).json["statuses_count"] == 0
