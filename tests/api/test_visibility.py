"""S-G01: who sees a post, on every surface of the client API, the same answer from the one table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from echo.actions import blocks, boosts, follows, likes, moderation
from echo.kinds import Visibility
from echo.models import Post
from echo.policy.roles import Staff
from echo.store import timelines
from tests import make
from tests.api.asking import Api
from tests.make import Person

VIEWERS = ("anonymous", "author", "follower", "ex-follower", "mentioned", "blocked", "blocking", "stranger")
# visibility -> those who may read the post
READERS = {
    Visibility.PUBLIC: {"anonymous", "author", "follower", "ex-follower", "mentioned", "stranger"},
    Visibility.UNLISTED: {"anonymous", "author", "follower", "ex-follower", "mentioned", "stranger"},
    Visibility.FOLLOWERS: {"author", "follower", "mentioned"},
    Visibility.DIRECT: {"author", "mentioned"},
}


@dataclass
class Scene:
    """A thread of two: a public root, and the reply that is looked for. Everybody has marked both."""

    root: Post
    post: Post
    people: dict[str, Person | None]


@pytest.fixture(params=list(READERS), ids=[str(v) for v in READERS])
async def scene(request: pytest.FixtureRequest, api: Api) -> Scene:
    """A post by the author, and one viewer of each standing."""
    people: dict[str, Person | None] = {"anonymous": None}
    for name in VIEWERS[1:]:
        people[name] = await make.person(name.replace("-", ""))
    author = people["author"]
    assert author is not None
    for name, person in people.items():
        if person is not None and name in ("follower", "ex-follower", "blocked", "blocking"):
            await make.follow(person, author)
    root = await make.post(author, "root")
    post = await make.post(
        author, "@mentioned @blocked look #matrix", visibility=request.param, reply_to=root.id
    )
    for person in people.values():
        if person is not None:
            for mark in (likes.like, likes.bookmark):
                try:
                    await mark(person.id, post.id)
                except Exception:  # those who may not read it
                    continue
    for name in ("ex-follower", "blocked", "blocking"):
        person = people[name]
        assert person is not None
        if name == "ex-follower":
            await follows.unfollow(person.id, author.id)
        elif name == "blocked":
            await blocks.block(author.id, person.id)
        else:
            await blocks.block(person.id, author.id)
    return Scene(root, post, people)


def _may(scene: Scene, name: str) -> bool:
    return name in READERS[Visibility(scene.post.visibility)]


async def _statuses(api: Api, path: str, person: Person | None) -> list[int]:
    answer = await api.get(path, by=person)
    answer.many("Status")
    return answer.ids


@pytest.mark.parametrize("tail", ["", "/context", "/favourited_by", "/reblogged_by"])
async def test_s_g01_one_post_by_its_id(api: Api, scene: Scene, tail: str) -> None:
    for name, person in scene.people.items():
        await api.get(
            f"/api/v1/statuses/{scene.post.id}{tail}", by=person, expect=200 if _may(scene, name) else 404
        )


async def test_s_g01_lists_that_may_hold_the_post(api: Api, scene: Scene) -> None:
    author = scene.people["author"]
    assert author is not None
    is_public = scene.post.visibility == Visibility.PUBLIC

    async def context(person: Person | None) -> list[int]:
        found = (await api.get(f"/api/v1/statuses/{scene.root.id}/context", by=person)).one("Context")
        return [int(status["id"]) for status in found["descendants"]]

    async def search(person: Person | None) -> list[int]:
        found = (await api.get("/api/v2/search", by=person, query={"q": scene.post.uri})).one("Search")
        return [int(status["id"]) for status in found["statuses"]]

    def listed(path: str) -> Callable[[Person | None], Awaitable[list[int]]]:
        return lambda person: _statuses(api, path, person)

    surfaces: dict[str, tuple[Callable[[Person | None], Awaitable[list[int]]], bool]] = {
        "profile": (listed(f"/api/v1/accounts/{author.id}/statuses"), True),
        "several": (listed(f"/api/v1/statuses?id[]={scene.post.id}"), True),
        "search": (search, True),
        "public": (listed("/api/v1/timelines/public"), is_public),
        "hashtag": (listed("/api/v1/timelines/tag/matrix"), is_public),
        "local": (listed("/api/v1/timelines/public?local=true"), is_public),
    }
    for surface, (read, holds_it) in surfaces.items():
        for name, person in scene.people.items():
            expected = holds_it and _may(scene, name)
            assert (scene.post.id in await read(person)) == expected, (surface, name)
    for name, person in scene.people.items():
        if name not in ("blocked", "blocking"):
            assert (scene.post.id in await context(person)) == _may(scene, name), name


async def test_s_g01_lists_of_ones_own(api: Api, scene: Scene) -> None:
    for name, person in scene.people.items():
        if person is None:
            continue
        for path in ("/api/v1/favourites", "/api/v1/bookmarks"):
            assert (scene.post.id in await _statuses(api, path, person)) == _may(scene, name), (path, name)
        on_home = scene.post.id in await _statuses(api, "/api/v1/timelines/home", person)
        follows_it = name == "author" or (name == "follower" and _may(scene, name))
        assert on_home == follows_it, name
        everything = {"include_filtered": True}  # private mentions by strangers are kept apart
        told = (await api.get("/api/v1/notifications", by=person, query=everything)).many("Notification")
        assert any(n["type"] == "mention" for n in told) == (name == "mentioned"), name


async def test_s_g01_a_boost_shows_no_more_than_the_post(api: Api, scene: Scene) -> None:
    author = scene.people["author"]
    assert author is not None
    if scene.post.visibility == Visibility.DIRECT:
        return  # nobody may boost it
    boost = await boosts.boost(author.id, scene.post.id)
    for name, person in scene.people.items():
        # A mention in the post is none in its boost, which is for followers only then.
        may = _may(scene, name) and not (
            name == "mentioned" and scene.post.visibility == Visibility.FOLLOWERS
        )
        await api.get(f"/api/v1/statuses/{boost.id}", by=person, expect=200 if may else 404)


async def test_s_g01_nothing_of_the_suspended_or_the_deleted(api: Api, scene: Scene) -> None:
    author = scene.people["author"]
    assert author is not None
    await moderation.suspend(Staff.shell(), author.id, is_suspended=True)
    for name, person in scene.people.items():
        if name != "author":
            await api.get(f"/api/v1/statuses/{scene.post.id}", by=person, expect=404)
            assert await _statuses(api, "/api/v1/timelines/public", person) == []
    await moderation.suspend(Staff.shell(), author.id, is_suspended=False)
    await api.delete(f"/api/v1/statuses/{scene.post.id}", by=author)
    for person in scene.people.values():
        await api.get(f"/api/v1/statuses/{scene.post.id}", by=person, expect=404)


async def test_s_g05_a_private_post_goes_to_those_who_follow_when_it_is_sent(scene: Scene) -> None:
    recipients = set(await timelines.home_recipients(scene.post.id))
    expected = {"author"} if scene.post.visibility == Visibility.DIRECT else {"author", "follower"}
    people = scene.people
    assert recipients == {person.id for name in expected if (person := people[name]) is not None}


@pytest.mark.parametrize("method", ["POST"])
@pytest.mark.parametrize("action", ["favourite", "reblog", "bookmark"])
async def test_s_g01_nothing_is_done_with_what_is_not_seen(
    api: Api, scene: Scene, method: str, action: str
) -> None:
    for name, person in scene.people.items():
        if person is not None and not _may(scene, name):
            await api.ask(method, f"/api/v1/statuses/{scene.post.id}/{action}", by=person, expect=404)
