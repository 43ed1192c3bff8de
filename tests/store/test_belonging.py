"""What belongs on whose home and lists: by fan-out, from the rows and by the rules of the API, the same.

A random world of people changes step by step. A model of it in plain Python knows the rules; after every
few steps the timelines that fan-out kept, those made anew from the rows, and the model must agree: nothing
wrong is shown and nothing right is lost.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from echo.actions import blocks, boosts, follows, lists, posts
from echo.actions.lists import ListDraft
from echo.kinds import RepliesPolicy, Visibility
from echo.models import Post
from echo.runtime import Runtime
from echo.store import home, list_timelines, timelines
from echo.store import lists as list_store
from echo.store.cursor import Cursor
from tests import make
from tests.make import Person

EVERYTHING = Cursor(limit=1_000)
STEPS, CHECK_EVERY = 80, 20
Pair = tuple[int, int]


@dataclass(eq=False)
class Said:
    """A post of the model. For a boost `boosted` is what it boosts."""

    post: Post
    author: int
    visibility: Visibility
    answers: int | None = None
    boosted: Said | None = None
    mentioned: int | None = None


@dataclass(eq=False)
class Group:
    """A list of the model."""

    number: int
    owner: int
    policy: str = RepliesPolicy.LIST
    exclusive: bool = False
    members: set[int] = field(default_factory=set)


class World:
    """People by their number, what they are to each other, what they said."""

    def __init__(self, people: list[Person], chance: random.Random) -> None:
        self.people = people
        self.chance = chance
        self.follows: dict[Pair, bool] = {}  # whether boosts are wanted
        self.mutes: set[Pair] = set()
        self.blocks: set[Pair] = set()
        self.groups: list[Group] = []
        self.said: list[Said] = []

    def id(self, person: int) -> int:
        return self.people[person].id

    def estranged(self, one: int, other: int) -> bool:
        return (one, other) in self.blocks or (other, one) in self.blocks

    def may_see(self, viewer: int, said: Said) -> bool:
        if said.boosted is not None and not self.may_see(viewer, said.boosted):
            return False
        if viewer == said.author:
            return True
        if self.estranged(viewer, said.author):
            return False
        if viewer == said.mentioned or said.visibility in (Visibility.PUBLIC, Visibility.UNLISTED):
            return True
        return said.visibility == Visibility.FOLLOWERS and (viewer, said.author) in self.follows

    def wants(self, reader: int, said: Said) -> bool:
        """What holds for home and for lists."""
        if reader == said.author:
            return True
        wants_boosts = self.follows.get((reader, said.author))
        if wants_boosts is None or (reader, said.author) in self.mutes:
            return False
        original = said.boosted
        if original is None:
            return True
        is_foreign = original.author != reader and (reader, original.author) not in self.mutes
        return wants_boosts and is_foreign and not self.estranged(reader, original.author)

    def is_at_home(self, reader: int, said: Said) -> bool:
        if not self.wants(reader, said) or not self.may_see(reader, said):
            return False
        if reader == said.author:
            return True
        for group in self.groups:
            if group.owner == reader and group.exclusive and said.author in group.members:
                return False
        return said.answers in (None, reader, said.author) or (reader, said.answers) in self.follows

    def is_on(self, group: Group, said: Said) -> bool:
        reader = group.owner
        if said.author not in group.members or said.visibility == Visibility.DIRECT:
            return False
        if not self.wants(reader, said) or not self.may_see(reader, said):
            return False
        if said.answers in (None, reader, said.author):
            return True
        if group.policy == RepliesPolicy.FOLLOWED:
            return (reader, said.answers) in self.follows
        return group.policy == RepliesPolicy.LIST and said.answers in group.members

    def end_follow(self, follower: int, followee: int) -> None:
        self.follows.pop((follower, followee), None)
        for group in self.groups:
            if group.owner == follower:
                group.members.discard(followee)

    async def step(self) -> None:
        """Something happens."""
        actions = [self.follow, self.unfollow, self.mute, self.unmute, self.block, self.unblock]
        actions += [self.make_list, self.change_list, self.drop_list, self.move_member, self.delete]
        actions += (
            [self.follow] * 3 + [self.move_member] * 2 + [self.post] * 6 + [self.answer, self.boost] * 4
        )
        one, other = self.chance.sample(range(len(self.people)), 2)
        await self.chance.choice(actions)(one, other)

    async def follow(self, one: int, other: int) -> None:
        if not self.estranged(one, other):
            wants_boosts = self.chance.random() < 0.7
            await follows.follow(self.id(one), self.id(other), boosts=wants_boosts)
            self.follows[one, other] = wants_boosts

    async def unfollow(self, one: int, other: int) -> None:
        await follows.unfollow(self.id(one), self.id(other))
        self.end_follow(one, other)

    async def mute(self, one: int, other: int) -> None:
        await blocks.mute(self.id(one), self.id(other))
        self.mutes.add((one, other))

    async def unmute(self, one: int, other: int) -> None:
        await blocks.unmute(self.id(one), self.id(other))
        self.mutes.discard((one, other))

    async def block(self, one: int, other: int) -> None:
        await blocks.block(self.id(one), self.id(other))
        self.blocks.add((one, other))
        self.end_follow(one, other)
        self.end_follow(other, one)

    async def unblock(self, one: int, other: int) -> None:
        await blocks.unblock(self.id(one), self.id(other))
        self.blocks.discard((one, other))

    def draft(self) -> ListDraft:
        return ListDraft(
            title="list",
            replies_policy=self.chance.choice(list(RepliesPolicy)),
            exclusive=self.chance.random() < 0.5,
        )

    async def make_list(self, one: int, _: int) -> None:
        draft = self.draft()
        made = await lists.create(self.id(one), draft)
        self.groups.append(Group(made.id, one, draft.replies_policy or "", bool(draft.exclusive)))

    async def change_list(self, _: int, __: int) -> None:
        if self.groups:
            group, draft = self.chance.choice(self.groups), self.draft()
            await lists.change(self.id(group.owner), group.number, draft)
            group.policy, group.exclusive = draft.replies_policy or "", bool(draft.exclusive)

    async def drop_list(self, _: int, __: int) -> None:
        if len(self.groups) > 3:
            group = self.groups.pop(self.chance.randrange(len(self.groups)))
            await lists.remove(self.id(group.owner), group.number)

    async def move_member(self, _: int, other: int) -> None:
        if not self.groups:
            return
        group = self.chance.choice(self.groups)
        if other in group.members:
            await lists.remove_members(self.id(group.owner), group.number, [self.id(other)])
            group.members.discard(other)
        elif other == group.owner or (group.owner, other) in self.follows:
            await lists.add_members(self.id(group.owner), group.number, [self.id(other)])
            group.members.add(other)

    async def post(self, one: int, other: int) -> None:
        visibility = self.chance.choice(list(Visibility))
        named = other if self.chance.random() < 0.4 and not self.estranged(one, other) else None
        text = f"@{self.people[named].account.username} hello" if named is not None else "hello"
        post = await make.post(self.people[one], text, visibility=visibility)
        self.said.append(Said(post, one, visibility, mentioned=named))

    def seen_by(self, person: int) -> list[Said]:
        return [said for said in self.said if said.boosted is None and self.may_see(person, said)]

    async def answer(self, one: int, _: int) -> None:
        if seen := self.seen_by(one):
            parent = self.chance.choice(seen)
            post = await make.post(self.people[one], "answer", reply_to=parent.post.id)
            self.said.append(Said(post, one, Visibility.PUBLIC, answers=parent.author))

    async def boost(self, one: int, _: int) -> None:
        boosted = {(said.author, said.boosted) for said in self.said}
        if seen := [
            said
            for said in self.seen_by(one)
            if said.visibility in (Visibility.PUBLIC, Visibility.UNLISTED) and (one, said) not in boosted
        ]:
            original = self.chance.choice(seen)
            post = await boosts.boost(self.id(one), original.post.id)
            self.said.append(Said(post, one, Visibility(post.visibility), boosted=original))

    async def delete(self, _: int, __: int) -> None:
        if own := [said for said in self.said if said.boosted is None]:
            gone = self.chance.choice(own)
            await posts.remove(self.id(gone.author), gone.post.id)
            self.said = [said for said in self.said if said is not gone and said.boosted is not gone]


async def _check(world: World, told: str) -> None:
    for person in range(len(world.people)):
        expected = [said.post.id for said in world.said if world.is_at_home(person, said)]
        expected.sort(reverse=True)
        account_id = world.id(person)
        from_rows = [row["id"] for row in await timelines.home_candidates(account_id, 1_000)]
        assert from_rows == expected, f"{told}: the home of {person} from the rows"
        assert await home.page(account_id, EVERYTHING) == expected, f"{told}: the home of {person}"
    for group in world.groups:
        expected = [said.post.id for said in world.said if world.is_on(group, said)]
        expected.sort(reverse=True)
        from_rows = [row["id"] for row in await list_timelines.candidates(group.number, 1_000)]
        assert from_rows == expected, f"{told}: list {group.number} from the rows"
        page = await list_store.FEED.page(group.number, EVERYTHING)
        assert page == expected, f"{told}: list {group.number}"
    for said in world.said:
        readers = {world.id(person) for person in range(len(world.people)) if world.is_at_home(person, said)}
        assert set(await timelines.home_recipients(said.post.id)) == readers, f"{told}: {said.post.id}"
        holding = {group.number for group in world.groups if world.is_on(group, said)}
        found = {row["id"] for row in await list_timelines.recipients(said.post.id)}
        assert found == holding, f"{told}: {said.post.id}"


@pytest.mark.parametrize("seed", range(3))
async def test_rows_fan_out_and_rules_agree(runtime: Runtime, seed: int) -> None:
    chance = random.Random(seed)
    world = World([await make.person() for _ in range(5)], chance)
    for step in range(1, STEPS + 1):
        await world.step()
        if step % CHECK_EVERY == 0:
            await make.settle(runtime)
            await _check(world, f"seed {seed}, step {step}")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
async def test_rows_fan_out_and_rules_agree_in_many_worlds(runtime: Runtime, seed: int) -> None:
    await test_rows_fan_out_and_rules_agree(runtime, seed)
