"""What is trending: hashtags, posts, links and the timeline of a link."""

from __future__ import annotations

from datetime import timedelta

import pytest

from echo import clock
from echo.actions import cards, likes, posts, trends
from echo.actions.drafts import RemotePost
from echo.kinds import Role, Visibility
from echo.models import Account, Post
from echo.runtime import Runtime
from echo.text.page import PageFacts
from tests import make
from tests.api.asking import Api
from tests.conftest import changed

TAGS, POSTS, LINKS = "/api/v1/trends/tags", "/api/v1/trends/statuses", "/api/v1/trends/links"
URL = "https://news.test/story"


async def crowd(count: int = 4) -> list[make.Person]:
    return [await make.person() for _ in range(count)]


async def linked(count: int = 4) -> list[Post]:
    """So many people link to one page."""
    made = [await make.post(person, URL) for person in await crowd(count)]
    card_id = await cards.keep(URL, PageFacts(url=URL, title="Story"), b"")
    assert card_id is not None
    for post in made:
        await cards.show(post.id, URL, card_id)
    return made


@pytest.mark.parametrize("path", [TAGS, POSTS, LINKS, "/api/v1/trends"])
async def test_nothing_is_trending_at_first(api: Api, path: str) -> None:
    answer = await api.get(path)
    assert (answer.json, answer.links) == ([], {})


async def test_hashtags_that_many_use(api: Api, runtime: Runtime) -> None:
    for person in await crowd():
        await make.post(person, "#tea time")
    for _ in range(9):
        await make.post(person, "#alone")
    await trends.refresh()
    answer = await api.get(TAGS)
    assert [tag["name"] for tag in answer.many("Tag")] == ["tea"]
    assert answer.json[0]["history"][0]["accounts"] == "4"
    assert (await api.get("/api/v1/trends")).json == answer.json
    assert (await api.get(TAGS, by=person)).many("Tag")[0]["following"] is False


async def test_a_hashtag_that_is_always_used_is_no_news(api: Api, runtime: Runtime) -> None:
    people = [await make.stranger() for _ in range(4)]
    for days in range(7):
        moment = clock.now() - timedelta(days=days, hours=1)
        for number, person in enumerate(people):
            uri = f"{person.uri}/posts/{days}-{number}"
            draft = RemotePost(
                uri=uri,
                url=uri,
                html="<p>x</p>",
                visibility=Visibility.PUBLIC,
                published_at=moment,
                hashtags=("daily",),
            )
            await posts.receive(person, draft)
    await trends.refresh()
    assert (await api.get(TAGS)).json == []


async def test_posts_that_many_like(api: Api, runtime: Runtime) -> None:
    author = await make.person()
    await Account.filter(id=author.id).update(discoverable=True)
    loved = await make.post(author)
    hidden = await make.post(author, visibility=Visibility.UNLISTED)
    warned = await make.post(author, spoiler="careful")
    for person in await crowd():
        for post in (loved, hidden, warned):
            await likes.like(person.id, post.id)
    await trends.refresh()
    answer = await api.get(POSTS)
    answer.many("Status")
    assert answer.ids == [loved.id]
    await Account.filter(id=author.id).update(silenced_at=clock.now())
    await trends.refresh()
    assert (await api.get(POSTS)).json == []


async def test_posts_of_people_who_hide_are_not_listed(api: Api, runtime: Runtime) -> None:
    author = await make.person()
    post = await make.post(author)
    for person in await crowd():
        await likes.like(person.id, post.id)
    await trends.refresh()
    assert (await api.get(POSTS)).json == []


async def test_links_and_their_timeline(api: Api, runtime: Runtime) -> None:
    assert (await api.get("/api/v1/timelines/link", query={"url": URL}, expect=404)).json
    made = await linked()
    await trends.refresh()
    answer = await api.get(LINKS)
    (link,) = answer.many("TrendsLink")
    assert (link["url"], link["title"]) == (URL, "Story")
    assert link["history"][0] | {"day": ""} == {"day": "", "uses": "4", "accounts": "4"}
    found = await api.get("/api/v1/timelines/link", query={"url": URL, "limit": 2})
    found.many("Status")
    assert found.ids == [made[3].id, made[2].id]
    older = await api.follow_link(found, "next")
    assert older.ids == [made[1].id, made[0].id]
    await api.get("/api/v1/timelines/link", expect=400)


async def test_pages_go_by_offset(api: Api, runtime: Runtime) -> None:
    people = await crowd()
    for number in range(5):
        for person in people:
            await make.post(person, f"#tag{number}")
    await trends.refresh()
    first = await api.get(TAGS, query={"limit": 2})
    assert first.link("next") == {"limit": ["2"], "offset": ["2"]}
    second = await api.follow_link(first, "next")
    last = await api.follow_link(second, "next")
    names = [tag["name"] for page in (first, second, last) for tag in page.json]
    assert sorted(names) == [f"tag{n}" for n in range(5)]
    assert "next" not in last.links
    assert (await api.get(TAGS, query={"offset": "100000000"})).json == []


async def test_a_local_only_or_private_post_makes_no_trend(api: Api, runtime: Runtime) -> None:
    for person in await crowd():
        await make.post(person, "#secret", visibility=Visibility.FOLLOWERS)
        local = await make.post(person, "#here")
        await Post.filter(id=local.id).update(local_only=True)
    await trends.refresh()
    assert (await api.get(TAGS)).json == []


async def test_the_posts_of_a_link_are_for_whom_the_operator_lets_read_them(
    api: Api, runtime: Runtime
) -> None:
    alice, *_ = await crowd(1)
    made = await linked()
    await trends.refresh()
    runtime.config = changed(runtime.config, timelines={"link_local": "authenticated"})
    await api.get("/api/v1/timelines/link", query={"url": URL}, expect=422)
    found = await api.get("/api/v1/timelines/link", by=alice, query={"url": URL})
    assert sorted(found.ids) == sorted(post.id for post in made)
    runtime.config = changed(runtime.config, timelines={"link_local": "public", "link_remote": "disabled"})
    await api.get("/api/v1/timelines/link", query={"url": URL}, expect=422)
    assert len((await api.get("/api/v1/timelines/link", by=alice, query={"url": URL})).json) == 4


async def test_moderators_review_what_trends(api: Api, runtime: Runtime) -> None:
    mod = await make.with_scopes(await make.person(role=Role.MODERATOR), "read", "admin:read", "admin:write")
    base = "/api/v1/admin/trends"
    author = await make.person()
    await Account.filter(id=author.id).update(discoverable=True)
    post = await make.post(author, "#tea")
    for fan in await crowd():
        await likes.like(fan.id, post.id)
        await make.post(fan, "#tea")
    made = await linked()
    await trends.refresh()
    tag = (await api.get(f"{base}/tags", by=mod)).json[0]
    assert (tag["name"], tag["requires_review"], tag["trendable"]) == ("tea", True, True)
    shown = (await api.get(f"{base}/statuses", by=mod)).json
    assert [(one["id"], one["requires_review"]) for one in shown] == [(str(post.id), True)]
    link = (await api.get(f"{base}/links", by=mod)).json[0]
    assert (link["url"], link["requires_review"], len(made)) == (URL, True, 4)
    site = (await api.get(f"{base}/links/publishers", by=mod)).json[0]
    assert (site["domain"], site["trendable"], site["requires_review"]) == ("news.test", None, True)
    # Without a word of theirs all is shown, or nothing.
    assert [len((await api.get(path)).json) for path in (TAGS, POSTS, LINKS)] == [1, 1, 1]
    runtime.config = changed(runtime.config, trends={"require_review": True})
    assert [len((await api.get(path)).json) for path in (TAGS, POSTS, LINKS)] == [0, 0, 0]
    for verb, count in (("approve", 1), ("reject", 0), ("approve", 1)):
        said = [
            await api.post(f"/api/v1/admin/trends/tags/{tag['id']}/{verb}", by=mod),
            await api.post(f"/api/v1/admin/trends/statuses/{post.id}/{verb}", by=mod),
            await api.post(f"/api/v1/admin/trends/links/publishers/{site['id']}/{verb}", by=mod),
        ]
        assert [one.json["requires_review"] for one in said] == [False, False, False]
        assert [len((await api.get(path)).json) for path in (TAGS, POSTS, LINKS)] == [count, count, count]
    # What is said of a post goes before what is said of its author, until more is said of the author.
    await api.post(f"/api/v1/admin/trends/statuses/{post.id}/reject", by=mod)
    for verb, count in (("approve", 1), ("reject", 0), ("approve", 1)):
        path = f"/api/v1/echo/admin/trends/statuses/{post.id}/author/{verb}"
        assert (await api.post(path, by=mod)).json["requires_review"] is False
        assert len((await api.get(POSTS)).json) == count
    await api.post(f"/api/v1/admin/trends/statuses/{post.id}/reject", by=mod)
    assert (await api.get(POSTS)).json == []
    # What is said of a link goes before what is said of its site.
    for verb, count in (("approve", 1), ("reject", 0)):
        one = (await api.post(f"/api/v1/admin/trends/links/{link['id']}/{verb}", by=mod)).json
        assert (one["id"], len((await api.get(LINKS)).json)) == (link["id"], count)
    changed_tag = {"trendable": False, "usable": False, "listable": False, "display_name": "TEA"}
    told = (await api.put(f"/api/v1/admin/tags/{tag['id']}", by=mod, json=changed_tag)).json
    assert (told["name"], told["usable"], told["listable"], told["trendable"]) == ("TEA", False, False, False)
    assert (await api.get(TAGS)).json == []
    spelled = (await api.get("/api/v1/tags/tea")).one("Tag")
    assert (spelled["name"], spelled["url"]) == ("TEA", tag["url"])
    await api.patch(f"/api/v1/admin/tags/{tag['id']}", by=mod, expect=422, json={"display_name": "milk"})
    assert (await api.get(f"/api/v1/admin/tags/{tag['id']}", by=mod)).json == told
    refused = await api.post("/api/v1/statuses", by=author, expect=422, json={"status": "#tea"})
    assert "disallowed hashtag: #tea" in refused.json["error"]
    search = {"q": "#tea", "type": "hashtags"}
    assert (await api.get("/api/v2/search", by=author, query=search)).json["hashtags"] == []
    assert [one["id"] for one in (await api.get("/api/v1/admin/tags", by=mod)).json] == [tag["id"]]
    await api.get(f"{base}/tags", by=author, expect=403)
    for path in ("tags/99", "statuses/99", "links/99", "links/publishers/99"):
        await api.post(f"{base}/{path}/approve", by=mod, expect=404)
