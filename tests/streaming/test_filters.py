"""Filters, live: that they have changed, and what they say about posts, for each receiver."""

from __future__ import annotations

import msgspec

from echo.actions import filters
from echo.actions.filter_keywords import KeywordDraft
from echo.actions.filters import FilterDraft
from echo.policy.viewer import Viewer
from echo.render import status
from echo.runtime import Runtime
from tests import make
from tests.make import Person
from tests.streaming.conftest import LiveServer


async def new_filter(owner: Person, word: str) -> int:
    keywords = [KeywordDraft(keyword=word)]
    return await filters.create(owner.id, FilterDraft(title=word, contexts=("home",), keywords=keywords))


async def test_a_change_of_filters_is_heard_once_and_only_by_their_owner(live: LiveServer) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    ear, other = await live.listen(alice, "?stream=user"), await live.listen(bob, "?stream=user")
    made = await new_filter(alice, "tea")
    await filters.change(alice.id, made, FilterDraft(title="coffee"))
    await filters.remove(alice.id, made)
    for _ in range(3):
        assert await ear.next() == {"stream": ["user"], "event": "filters_changed"}
    assert await ear.hears_nothing()
    assert await other.hears_nothing()


async def test_s_j09_each_receiver_hears_what_their_own_filters_say(
    live: LiveServer, runtime: Runtime
) -> None:
    alice, bob, carol, dave = [await make.person(name) for name in ("alice", "bob", "carol", "dave")]
    await new_filter(bob, "tea")
    await new_filter(carol, "coffee")
    people = (bob, carol, dave)
    for person in people:
        await make.follow(person, alice)
    ears = [await live.listen(person, "?stream=user") for person in people]
    for ear in ears:
        await ear.subscribe("public")
    await make.settle(runtime)
    post = await make.post(alice, "some TEA")
    await make.settle(runtime)
    for person, ear in zip(people, ears, strict=True):
        frames = {frame["stream"][0]: frame for frame in [await ear.next(), await ear.next()]}
        assert set(frames) == {"user", "public"}
        assert frames["user"]["payload"].encode() == await status.one(Viewer(person.id), post.id)
        for frame in frames.values():
            found = msgspec.json.decode(frame["payload"])["filtered"]
            assert [one["keyword_matches"] for one in found] == ([["TEA"]] if person is bob else [])
        assert await ear.hears_nothing()
