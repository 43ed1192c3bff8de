"""Hashtags: shown, followed and on home, featured on profiles."""

from __future__ import annotations

import pytest

from echo.actions import blocks, boosts, follows, moderation, posts, tag_follows
from echo.kinds import Visibility
from echo.models import FeaturedTag, Hashtag
from echo.policy.roles import Staff
from echo.runtime import Runtime
from echo.store import home
from tests import make
from tests.api.asking import Api
from tests.make import Person


async def test_a_hashtag_is_shown_and_an_unknown_one_made_up(api: Api) -> None:
    alice = await make.person()
    await make.post(alice, "#Tea")
    known = (await api.get("/api/v1/tags/TEA")).one("Tag")
    assert (known["name"], known["url"]) == ("Tea", "https://echo.test/tags/tea")
    assert known["history"][0]["uses"] == "1"
    assert len(known["history"]) == 7
    own = (await api.get("/api/v1/tags/tea", by=alice)).one("Tag")
    assert (own["following"], own["featuring"]) == (False, False)
    made_up = (await api.get("/api/v1/tags/coffee", by=alice)).one("Tag")
    assert made_up["name"] == "coffee"
    for illegal in ("a-b", "%20", "1"):
        await api.get(f"/api/v1/tags/{illegal}", expect=404)
    (await api.get("/api/v1/tags/t%C3%A9", by=await make.app_token())).one("Tag")


async def test_following_a_hashtag_is_told_and_listed(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    followed = (await api.post("/api/v1/tags/Tea/follow", by=alice)).one("Tag")
    assert (followed["name"], followed["following"]) == ("Tea", True)
    (await api.post("/api/v1/tags/tea/follow", by=alice)).one("Tag")
    for name in ("coffee", "mate"):
        await api.post(f"/api/v1/tags/{name}/follow", by=alice)
    pages = await api.pages("/api/v1/followed_tags", by=alice, query={"limit": 2})
    assert [[tag["name"] for tag in page] for page in pages] == [["mate", "coffee"], ["Tea"]]
    first = await api.get("/api/v1/followed_tags", by=alice, query={"limit": 2})
    assert all(tag["following"] for tag in first.many("Tag"))
    assert set(first.link("prev")) == {"limit", "since_id"}
    empty = await api.get("/api/v1/followed_tags", by=bob)
    assert (empty.json, empty.links) == ([], {})
    ended = (await api.post("/api/v1/tags/tea/unfollow", by=alice)).one("Tag")
    assert ended["following"] is False
    (await api.post("/api/v1/tags/never/unfollow", by=alice)).one("Tag")
    await api.post("/api/v1/tags/a-b/follow", by=alice, expect=404)
    reader = await make.with_scopes(alice, "read")
    await api.post("/api/v1/tags/tea/follow", by=reader, expect=403)


async def test_nobody_follows_hashtags_without_end(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag_follows, "MOST_FOLLOWED", 1)
    alice = await make.person()
    await api.post("/api/v1/tags/tea/follow", by=alice)
    await api.post("/api/v1/tags/mate/follow", by=alice, expect=422)


async def _home(api: Api, person: Person) -> list[int]:
    return (await api.get("/api/v1/timelines/home", by=person)).ids


async def test_posts_with_a_followed_hashtag_are_on_home_by_both_ways(api: Api, runtime: Runtime) -> None:
    alice, bob, carol = await make.person("alice"), await make.person(), await make.person()
    old = await make.post(bob, "old #tea")
    await api.post("/api/v1/tags/tea/follow", by=alice)
    await make.settle(runtime)
    assert await _home(api, alice) == [old.id]
    wanted = [
        await make.post(bob, "one #Tea"),
        await make.remote_post(await make.stranger(), hashtags=("tea",)),
        await make.post(carol, "an answer #tea", reply_to=old.id),
    ]
    for visibility in (Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT):
        await make.post(bob, "@alice #tea", visibility=visibility)
    await make.post(bob, "no hashtag")
    await boosts.boost(carol.id, old.id)
    own = await make.post(alice, "mine #tea")
    expected = sorted([old.id, own.id, *(post.id for post in wanted)], reverse=True)
    await make.settle(runtime)
    assert await _home(api, alice) == expected, "pushed"
    await home.forget(alice.id)
    assert await _home(api, alice) == expected, "from the rows"
    await posts.remove(bob.id, wanted[0].id)
    await make.settle(runtime)
    assert wanted[0].id not in await _home(api, alice)
    await api.post("/api/v1/tags/tea/unfollow", by=alice)
    assert await _home(api, alice) == [own.id]


async def test_followed_hashtags_bring_nobody_one_does_not_want_to_meet(api: Api, runtime: Runtime) -> None:
    alice = await make.person()
    blocked, blocking, muted, silenced = [await make.person() for _ in range(4)]
    far = await make.stranger("zoe", "far.test")
    await blocks.block(alice.id, blocked.id)
    await blocks.block(blocking.id, alice.id)
    await blocks.mute(alice.id, muted.id)
    await api.post("/api/v1/domain_blocks", by=alice, form={"domain": "far.test"})
    await make.account_of(silenced, silenced=True)
    await api.post("/api/v1/tags/tea/follow", by=alice)
    await make.settle(runtime)
    assert await _home(api, alice) == []
    for author in (blocked, blocking, muted, silenced):
        await make.post(author, "#tea")
    await make.remote_post(far, hashtags=("tea",))
    await make.settle(runtime)
    assert await _home(api, alice) == [], "pushed"
    await home.forget(alice.id)
    assert await _home(api, alice) == [], "from the rows"
    await moderation.suspend(Staff.shell(), muted.id, is_suspended=True)


async def test_a_follower_who_follows_the_hashtag_too_sees_a_post_once(api: Api, runtime: Runtime) -> None:
    alice, bob = await make.person(), await make.person()
    await follows.follow(alice.id, bob.id)
    await api.post("/api/v1/tags/tea/follow", by=alice)
    await make.settle(runtime)
    assert await _home(api, alice) == []
    post = await make.post(bob, "#tea")
    await make.settle(runtime)
    assert await _home(api, alice) == [post.id]
    await home.forget(alice.id)
    assert await _home(api, alice) == [post.id]


async def test_featuring_a_hashtag(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice, "#Tea")
    await make.post(alice, "#tea", visibility=Visibility.DIRECT)
    made = (await api.post("/api/v1/featured_tags", by=alice, form={"name": "#TEA"})).one("FeaturedTag")
    assert (made["name"], made["statuses_count"]) == ("TEA", "1")  # as its owner wrote it
    assert made["last_status_at"] == f"{post.created_at:%Y-%m-%d}"
    again = (await api.post("/api/v1/featured_tags", by=alice, json={"name": "tea"})).one("FeaturedTag")
    assert again["id"] == made["id"]
    unused = (await api.post("/api/v1/featured_tags", by=alice, form={"name": "mate"})).one("FeaturedTag")
    assert (unused["statuses_count"], unused["last_status_at"]) == ("0", None)
    assert (await api.get("/api/v1/featured_tags", by=alice)).many("FeaturedTag") == [made, unused]
    path = f"/api/v1/accounts/{alice.id}/featured_tags"
    assert (await api.get(path)).many("FeaturedTag") == [made, unused]
    assert (await api.get(f"/api/v1/accounts/{bob.id}/featured_tags", by=alice)).json == []
    await api.get("/api/v1/accounts/7/featured_tags", expect=404)
    assert (await api.get("/api/v1/tags/tea", by=alice)).json["featuring"] is True
    await api.delete(f"/api/v1/featured_tags/{made['id']}", by=bob, expect=404)
    assert (await api.delete(f"/api/v1/featured_tags/{made['id']}", by=alice)).json == {}
    await api.delete(f"/api/v1/featured_tags/{made['id']}", by=alice, expect=404)
    assert (await api.get(path)).json == [unused]
    await moderation.suspend(Staff.shell(), alice.id, is_suspended=True)
    assert (await api.get(path)).json == []


async def test_featuring_by_name(api: Api) -> None:
    alice = await make.person()
    featured = (await api.post("/api/v1/tags/Tea/feature", by=alice)).one("Tag")
    assert (featured["name"], featured["featuring"]) == ("Tea", True)
    await api.post("/api/v1/tags/tea/feature", by=alice)
    assert await FeaturedTag.all().count() == 1
    assert (await api.post("/api/v1/tags/tea/unfeature", by=alice)).one("Tag")["featuring"] is False
    await api.post("/api/v1/tags/tea/unfeature", by=alice)
    for action in ("feature", "unfeature"):
        await api.post(f"/api/v1/tags/a-b/{action}", by=alice, expect=404)


async def test_at_most_ten_hashtags_are_featured(api: Api) -> None:
    alice = await make.person()
    for number in range(10):
        await api.post("/api/v1/featured_tags", by=alice, form={"name": f"tag{number}"})
    refused = await api.post("/api/v1/featured_tags", by=alice, form={"name": "more"}, expect=422)
    assert "maximum" in refused.json["error"]
    await api.post("/api/v1/tags/more/feature", by=alice, expect=422)
    await api.post("/api/v1/featured_tags", by=alice, form={"name": "a b"}, expect=422)
    await api.post("/api/v1/featured_tags", by=alice, expect=400)
    limits = (await api.get("/api/v2/instance")).json["configuration"]["accounts"]
    assert limits["max_featured_tags"] == 10


async def test_hashtags_used_lately_are_suggested(api: Api) -> None:
    alice = await make.person()
    for text in ("#tea #mate", "#tea", "#coffee"):
        await make.post(alice, text)
    await make.post(await make.person(), "#other")
    await api.post("/api/v1/featured_tags", by=alice, form={"name": "coffee"})
    found = (await api.get("/api/v1/featured_tags/suggestions", by=alice)).many("Tag")
    assert [tag["name"] for tag in found] == ["tea", "mate"]


async def test_a_hashtag_is_shown_as_it_was_first_written(api: Api) -> None:
    alice = await make.person("alice")
    post = await make.post(alice, "#TeaTime and #teatime")
    await make.post(alice, "#TEATIME")
    await make.remote_post(await make.stranger(), hashtags=("SlowFood", "slowfood"))
    await api.post("/api/v1/tags/OakTrees/follow", by=alice)
    await api.post("/api/v1/featured_tags", by=alice, form={"name": "#BirdSong"})
    for name, shown in (
        ("teatime", "TeaTime"),
        ("SLOWFOOD", "SlowFood"),
        ("oaktrees", "OakTrees"),
        ("birdsong", "BirdSong"),
        ("NeverUsed", "neverused"),
    ):
        tag = (await api.get(f"/api/v1/tags/{name}")).one("Tag")
        assert (tag["name"], tag["url"].rpartition("/")[2]) == (shown, name.lower())
    (followed,) = (await api.get("/api/v1/followed_tags", by=alice)).many("Tag")
    assert followed["name"] == "OakTrees"
    (featured,) = (await api.get("/api/v1/featured_tags", by=alice)).many("FeaturedTag")
    assert featured["name"] == "BirdSong"
    found = (await api.get("/api/v2/search?q=teat&type=hashtags", by=alice)).json["hashtags"]
    assert [one["name"] for one in found] == ["TeaTime"]
    # A post names its hashtags as they are compared.
    (named,) = (await api.get(f"/api/v1/statuses/{post.id}")).one("Status")["tags"]
    assert named["name"] == "teatime"
    await Hashtag.filter(name="teatime").update(display_name="teaTIME")
    assert (await api.get("/api/v1/tags/teatime")).one("Tag")["name"] == "teaTIME"
