"""Nobody reads what is not for them: every GET route there is, asked by everybody, in a random world.

Each post holds a secret word of its own, in its text, its warning and the description of its picture or the
answers of its poll; some quote others. Routes
come from the route table, so a new one is asked as well, with the ids and names of everything there is in
place of its parameters.
"""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from quart.typing import TestClientProtocol as Client

from echo.actions import avoided_domains, blocks, boosts, filters, follows, likes, lists, posts
from echo.actions.drafts import PollDraft
from echo.actions.filter_keywords import KeywordDraft
from echo.actions.filters import FilterDraft
from echo.actions.lists import ListDraft
from echo.errors import EchoError
from echo.kinds import Visibility
from echo.models import Account, Post
from echo.policy.visibility import Standing, may_see
from echo.runtime import Runtime
from tests import make
from tests.make import Person
from tests.routes import all_routes

SECRET = re.compile(rb"secret(\d+)x")
PARAMETER = re.compile(r"<[^>]+>")
# Streams do not end; what they tell is rendered by the same functions (tests/streaming).
ENDLESS = "/api/v1/streaming"
SMALL_NUMBERS = range(1, 9)
PAIRS_ASKED = 12


@dataclass(eq=False)
class Told:
    """A post with its secret."""

    number: int
    post: Post
    author: int
    mentioned: int | None
    # Whoever is quoted may read what quotes them, as if they were mentioned.
    quoted: int | None = None
    is_gone: bool = False


@dataclass
class World:
    """People of this server and one of another, what they said, and what they are to each other."""

    people: list[Person]
    stranger: Account
    told: list[Told] = field(default_factory=list)
    follows: set[tuple[int, int]] = field(default_factory=set)
    blocks: set[tuple[int, int]] = field(default_factory=set)
    # Those who want to hear nothing of the stranger's server.
    avoiding: set[int] = field(default_factory=set)

    def may_read(self, viewer: int | None, told: Told) -> bool:
        if told.is_gone:
            return False
        standing = Standing()
        if viewer is not None:
            standing = Standing(
                is_author=viewer == told.author,
                is_blocked=bool({(viewer, told.author), (told.author, viewer)} & self.blocks),
                is_mentioned=viewer in (told.mentioned, told.quoted),
                is_follower=(viewer, told.author) in self.follows,
            )
        return may_see(told.post.visibility, standing)


async def make_world(runtime: Runtime, chance: random.Random, people: int) -> World:
    """Everybody follows somebody, says something to everybody they may, and then some fall out."""
    world = World([await make.person(f"person{n}") for n in range(people)], await make.stranger("zoe"))
    for pair in itertools.permutations(range(people), 2):
        if chance.random() < 0.6:
            await make.follow(world.people[pair[0]], world.people[pair[1]])
            world.follows.add(pair)
    for follower in range(people):
        if chance.random() < 0.5:
            await make.follow(world.people[follower], world.stranger)
            world.follows.add((follower, people))
    for author in range(people + 1):
        for visibility in Visibility:
            await _say(world, chance, author, visibility)
    await _react(world, chance)
    await make.settle(runtime)
    await _fall_out(world, chance)
    await make.settle(runtime)
    return world


async def _say(world: World, chance: random.Random, author: int, visibility: Visibility) -> None:
    number = len(world.told)
    secret = f"secret{number}x"
    others = [person for person in range(len(world.people)) if person != author]
    named = chance.choice(others) if chance.random() < 0.5 else None
    quoted: int | None = None
    if author == len(world.people):
        mentioned_ids = (world.people[named].id,) if named is not None else ()
        post = await make.remote_post(
            world.stranger, f"<p>{secret}</p>", visibility=visibility, mentioned_ids=mentioned_ids
        )
    else:
        at = f"@{world.people[named].account.username} " if named is not None else ""
        seen = [told for told in world.told if world.may_read(author, told)]
        parent = chance.choice(seen).post.id if seen and chance.random() < 0.5 else None
        more: dict[str, Any] = {}
        if chance.random() < 0.4:
            more["poll"] = PollDraft(options=(f"answer {secret}", "no"), duration_seconds=600)
        else:
            more["media_ids"] = ((await make.image(world.people[author], f"picture of {secret}")).id,)
        open_to_all = [told for told in seen if told.post.visibility == Visibility.PUBLIC]
        if open_to_all and visibility != Visibility.DIRECT and chance.random() < 0.5:
            chosen = chance.choice(open_to_all)
            quoted, more = chosen.author, {"quote_of_id": chosen.post.id}
        post = await make.post(
            world.people[author],
            f"{at}{secret} #tea",
            visibility=visibility,
            spoiler=f"warning {secret}",
            reply_to=parent,
            **more,
        )
    world.told.append(Told(number, post, author, named, quoted))


async def _react(world: World, chance: random.Random) -> None:
    for person in world.people:
        for told in world.told:
            for action in (likes.like, likes.bookmark, boosts.boost):
                if chance.random() < 0.4:
                    try:
                        await action(person.id, told.post.id)
                    except EchoError:
                        continue
        made = await lists.create(person.id, ListDraft(title="list", replies_policy="followed"))
        for other in world.people:
            try:
                await lists.add_members(person.id, made.id, [other.id])
            except EchoError:
                continue
        words = [KeywordDraft(keyword="warning")]
        filter_draft = FilterDraft(title="filter", contexts=("home",), keywords=words)
        await filters.create(person.id, filter_draft)


async def _fall_out(world: World, chance: random.Random) -> None:
    for one, other in itertools.permutations(range(len(world.people)), 2):
        fate, ids = chance.random(), (world.people[one].id, world.people[other].id)
        if fate < 0.15:
            await follows.unfollow(*ids)
            world.follows.discard((one, other))
        elif fate < 0.25:
            await blocks.block(*ids)
            world.blocks.add((one, other))
            world.follows -= {(one, other), (other, one)}
        elif fate < 0.35:
            await blocks.mute(*ids)
    for person in range(len(world.people)):
        if chance.random() < 0.3:
            await avoided_domains.avoid(world.people[person].id, "peer.test")
            world.avoiding.add(person)
            world.follows.discard((person, len(world.people)))
    for told in chance.sample(world.told, 3):
        if told.author < len(world.people):
            await posts.remove(world.people[told.author].id, told.post.id)
            told.is_gone = True


def paths(world: World, chance: random.Random) -> list[str]:
    """Every GET route, with everything in place of its parameters, plain and with a query."""
    names = [person.account.username for person in world.people] + ["tea", "zoe", "zoe@peer.test"]
    ids = [str(person.id) for person in world.people] + [str(world.stranger.id)]
    ids += [str(told.post.id) for told in world.told]
    values = names + ids + [str(n) for n in SMALL_NUMBERS] + [f"ungrouped-{n}" for n in SMALL_NUMBERS]
    query = "&".join(["limit=80", "q=tea", "acct=person0", *(f"id[]={number}" for number in ids)])
    found = []
    for route in all_routes():
        if route.method != "GET" or route.path.startswith(ENDLESS):
            continue
        parameters = PARAMETER.findall(route.path)
        if not parameters:
            found += [route.path, f"{route.path}?{query}"]
            continue
        choices: list[tuple[str, ...]] = [(value,) for value in values]
        if len(parameters) > 1:
            choices = [
                tuple(chance.choice(values) for _ in parameters) for _ in range(len(values) + PAIRS_ASKED)
            ]
        for choice in choices:
            given = iter(choice)
            found.append(PARAMETER.sub(lambda _, given=given: next(given), route.path))
    return found


async def _read_everything(runtime: Runtime, client: Client, seed: int, *, people: int) -> None:
    chance = random.Random(seed)
    world = await make_world(runtime, chance, people)
    asked = paths(world, chance)
    asked += [f"/api/v2/search?q=secret{told.number}x" for told in world.told]
    asked += [f"/api/v2/search?q={told.post.uri}" for told in world.told]
    found: set[int] = set()
    for viewer in (None, *range(people)):
        headers = {} if viewer is None else world.people[viewer].headers
        for path in asked:
            if viewer is not None and not path.startswith("/api/"):
                continue  # tokens are for the API alone
            answer = await client.get(path, headers={"Host": "echo.test", **headers})
            body = await answer.get_data(as_text=False)
            who = "nobody in particular" if viewer is None else f"person{viewer}"
            assert answer.status_code < 500, f"seed {seed}: {path} as {who}: {body[:300]!r}"
            for number in {int(match) for match in SECRET.findall(body)}:
                told = world.told[number]
                assert world.may_read(viewer, told), (
                    f"seed {seed}: {path} shows {who} the {told.post.visibility} post {number}"
                )
                found.add(number)
    # Those who avoid a server may have lost what only they could read.
    readable = {
        told.number
        for told in world.told
        for viewer in range(people)
        if world.may_read(viewer, told) and not (viewer in world.avoiding and told.author == people)
    }
    assert found >= readable, "the test looks where nothing is"


@pytest.mark.slow
async def test_no_route_tells_a_secret(runtime: Runtime, client: Client) -> None:
    await _read_everything(runtime, client, 1, people=2)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(2, 6))
async def test_no_route_tells_a_secret_in_larger_worlds(runtime: Runtime, client: Client, seed: int) -> None:
    await _read_everything(runtime, client, seed, people=5)
