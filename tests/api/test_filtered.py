"""`filtered`: what the filters of a viewer say about posts, wherever the viewer meets them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from echo import clock, db
from echo.actions import boosts, likes
from echo.models import Post
from echo.runtime import Runtime
from tests import make
from tests.api.asking import Api
from tests.api.test_costs import Statements, statements
from tests.api.test_filters import FILTERS, new_filter
from tests.make import Person

__all__ = ["statements"]  # a fixture

RESULT = {"title": "tea", "context": ["home"], "expires_at": None, "filter_action": "hide"}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    yield
    clock.shift(timedelta())


async def filtered(api: Api, viewer: Person, post_id: int) -> list[dict[str, Any]]:
    found = (await api.get(f"/api/v1/statuses/{post_id}", by=viewer)).one("Status")["filtered"]
    assert isinstance(found, list)
    return found


async def test_a_keyword_is_found_and_told_as_it_is_written(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post, other = await make.post(bob, "Some TEA, please"), await make.post(bob, "steam")
    made = await new_filter(api, alice, "milk", "tea", filter_action="hide")
    expected = [
        {
            "filter": RESULT | {"id": made["id"]},
            "keyword_matches": ["TEA"],
            "status_matches": None,
        }
    ]
    assert await filtered(api, alice, post.id) == expected
    assert await filtered(api, alice, other.id) == []
    assert await filtered(api, bob, post.id) == []
    anonymous = (await api.get(f"/api/v1/statuses/{post.id}")).one("Status")
    assert "filtered" not in anonymous


async def test_every_change_of_a_filter_shows_at_once(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(bob, "green tea")

    async def matches() -> list[str]:
        return [word for one in await filtered(api, alice, post.id) for word in one["keyword_matches"] or ()]

    made = await new_filter(api, alice)
    path = f"{FILTERS}/{made['id']}"
    assert await matches() == []
    word = (await api.post(f"{path}/keywords", by=alice, json={"keyword": "gree"})).json["id"]
    assert await matches() == []
    await api.put(f"{FILTERS}/keywords/{word}", by=alice, json={"whole_word": False})
    assert await matches() == ["gree"]
    changed = {"keywords_attributes": [{"id": word, "keyword": "tea"}]}
    await api.put(path, by=alice, json=changed)
    assert await matches() == ["tea"]
    await api.delete(f"{FILTERS}/keywords/{word}", by=alice)
    assert await matches() == []
    other = (await api.post("/api/v1/filters", by=alice, json={"phrase": "tea", "context": ["home"]})).json
    assert await matches() == ["tea"]
    await api.put(f"/api/v1/filters/{other['id']}", by=alice, json={"phrase": "coffee"})
    assert await matches() == []
    await api.put(f"/api/v1/filters/{other['id']}", by=alice, json={"phrase": "GREEN TEA"})
    assert await matches() == ["green tea"]
    (whole, _) = reversed((await api.get(FILTERS, by=alice)).json)
    await api.delete(f"{FILTERS}/{whole['id']}", by=alice)
    assert await matches() == []


async def test_an_ended_filter_says_nothing(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(bob, "tea")
    await new_filter(api, alice, "tea", expires_in=3600)
    await new_filter(api, alice, "tea", title="always")
    assert [one["filter"]["title"] for one in await filtered(api, alice, post.id)] == ["tea", "always"]
    clock.shift(timedelta(hours=2))
    assert [one["filter"]["title"] for one in await filtered(api, alice, post.id)] == ["always"]


async def test_single_posts_are_found_by_their_id(api: Api) -> None:
    alice, bob, carol = await make.person(), await make.person(), await make.person()
    post = await make.post(bob, "nothing")
    boost = await boosts.boost(carol.id, post.id)
    made = await new_filter(api, alice, "tea")
    path = f"{FILTERS}/{made['id']}/statuses"
    rule = (await api.post(path, by=alice, json={"status_id": str(post.id)})).json
    for post_id in (post.id, boost.id):
        (result,) = await filtered(api, alice, post_id)
        assert (result["keyword_matches"], result["status_matches"]) == (None, [str(post.id)])
    await api.delete(f"{FILTERS}/statuses/{rule['id']}", by=alice)
    assert await filtered(api, alice, post.id) == []
    await api.post(path, by=alice, json={"status_id": str(boost.id)})
    assert await filtered(api, alice, post.id) == []
    (result,) = await filtered(api, alice, boost.id)
    assert result["status_matches"] == [str(boost.id)]


async def test_everything_that_is_read_of_a_post_is_looked_at(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    await new_filter(api, alice, "tea")
    image = await make.image(bob, "a cup of tea")
    found = [
        await make.post(bob, "<b>tea</b>"),
        await make.post(bob, "text", spoiler="about tea"),
        await make.post(bob, "text", media_ids=(image.id,)),
        await make.post(bob, "#tea"),
        await make.remote_post(await make.stranger(), "<p>some <i>te</i>a</p>"),
        await make.post(bob, "https://example.org/tea"),
        await make.post(alice, "one's own tea"),
    ]
    asked = await make.post(bob, "which?")
    await _poll(asked, "coffee", "tea")
    passed = [
        await make.remote_post(await make.stranger(), '<p><a href="https://e.org/tea">link</a></p>'),
        await make.remote_post(await make.stranger(), "<p>te</p><p>a</p>"),
        await make.post(bob, "teatime"),
    ]
    for post in (*found, asked):
        assert len(await filtered(api, alice, post.id)) == 1, post.html
    for post in passed:
        assert await filtered(api, alice, post.id) == [], post.html
    boost = await boosts.boost(bob.id, found[4].id)
    shown = (await api.get(f"/api/v1/statuses/{boost.id}", by=alice)).one("Status")
    assert shown["filtered"] == shown["reblog"]["filtered"] == await filtered(api, alice, found[4].id)
    quoting = await make.post(bob, "look")
    await Post.filter(id=quoting.id).update(quote_of_id=found[0].id, quote_state="accepted", version=1)
    shown = (await api.get(f"/api/v1/statuses/{quoting.id}", by=alice)).one("Status")
    assert shown["filtered"] == []
    assert len(shown["quote"]["quoted_status"]["filtered"]) == 1


async def _poll(post: Post, *titles: str) -> None:
    poll_id = await db.fetch_value("INSERT INTO polls (post_id) VALUES ($1) RETURNING id", post.id)
    for position, title in enumerate(titles):
        await db.execute(
            "INSERT INTO poll_options (poll_id, position, title) VALUES ($1, $2, $3)",
            poll_id,
            position,
            title,
        )
    await Post.filter(id=post.id).update(poll_id=poll_id)


async def test_an_edited_post_is_looked_at_again(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    await new_filter(api, alice, "tea")
    post = await make.post(bob, "tea")
    assert len(await filtered(api, alice, post.id)) == 1
    await api.put(f"/api/v1/statuses/{post.id}", by=bob, json={"status": "coffee"})
    assert await filtered(api, alice, post.id) == []


async def test_posts_are_marked_wherever_they_are_shown(api: Api, runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.follow(alice, bob)
    await new_filter(api, alice, "tea")
    post = await make.post(bob, "@alice tea #tea")
    reply = await make.post(alice, "more tea", reply_to=post.id)
    await likes.like(alice.id, post.id)
    await likes.bookmark(alice.id, post.id)
    await likes.like(bob.id, reply.id)
    lists = (await api.post("/api/v1/lists", by=alice, json={"title": "x"})).json["id"]
    await api.post(f"/api/v1/lists/{lists}/accounts", by=alice, json={"account_ids": [str(bob.id)]})
    await make.settle(runtime)

    async def read(path: str) -> list[dict[str, Any]]:
        found = (await api.get(path, by=alice)).json
        statuses: list[dict[str, Any]]
        if path.endswith("context"):
            statuses = found["ancestors"] + found["descendants"]
        elif "search" in path:
            statuses = found["statuses"]
        elif path.startswith("/api/v1/notifications"):
            statuses = [one["status"] for one in found if "status" in one]
        else:
            statuses = found
        return statuses

    for path in (
        "/api/v1/timelines/home",
        "/api/v1/timelines/public",
        "/api/v1/timelines/tag/tea",
        f"/api/v1/timelines/list/{lists}",
        f"/api/v1/accounts/{bob.id}/statuses",
        "/api/v1/favourites",
        "/api/v1/bookmarks",
        f"/api/v1/statuses/{reply.id}/context",
        f"/api/v1/statuses/{post.id}/context",
        f"/api/v2/search?q={post.uri}",
        "/api/v1/notifications",
    ):
        shown = await read(path)
        assert shown, path
        assert all(one["filtered"][0]["keyword_matches"] == ["tea"] for one in shown), path
    for method, path in (
        ("POST", f"/api/v1/statuses/{post.id}/favourite"),
        ("POST", f"/api/v1/statuses/{post.id}/unbookmark"),
    ):
        assert (await api.ask(method, path, by=alice)).one("Status")["filtered"], path


async def test_filters_cost_no_statement_once_they_are_known(api: Api, statements: Statements) -> None:
    """And nothing at all for those who have none."""
    alice, bob, carol = await make.person(), await make.person(), await make.person()
    for follower in (alice, carol):
        await make.follow(follower, bob)
    for number in range(20):
        await make.post(bob, f"tea {number}")
    home = "/api/v1/timelines/home"
    await new_filter(api, alice, "tea")
    for person in (alice, carol):
        await api.get(home, by=person)
    statements.take()
    answer = await api.get(home, by=carol)
    assert (statements.take(), answer.json[0]["filtered"]) == (1, [])
    answer = await api.get(home, by=alice)
    assert (statements.take(), len(answer.json[0]["filtered"])) == (1, 1)
    await new_filter(api, alice, "coffee")
    statements.take()
    await api.get(home, by=alice)
    assert statements.take() == 2  # the filters, once
