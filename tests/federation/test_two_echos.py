"""Two Echos talk: what is said on one is seen on the other."""

from __future__ import annotations

import pytest

from echo import ports
from echo.actions import boosts, follows, likes, moderation, posts, restraints, strikes
from echo.actions.strikes import StrikeDraft
from echo.errors import Forbidden
from echo.kinds import Visibility
from echo.kinds_of_moderation import StrikeKind
from echo.models import Account, Follow, Like, Post
from echo.policy.roles import Staff
from tests import make
from tests.fediverse import Echo, settle_down
from tests.make import Person


async def follow(follower: Person, username: str, host: str) -> int:
    """Look somebody up and follow them."""
    found = await ports.directory().account_by_handle(username, host)
    assert found is not None
    await follows.follow(follower.id, found)
    return found


async def post_by_uri(uri: str) -> Post | None:
    return await Post.get_or_none(uri=uri)


async def test_a_follow_is_asked_and_answered(one: Echo, two: Echo) -> None:
    alice = await make.person("alice")
    bob = await two.run(make.person("bob"))
    await follow(alice, "bob", "two.test")
    await settle_down([one, two])

    async def state() -> list[str]:
        return [row.state for row in await Follow.all()]

    assert await state() == ["accepted"]
    assert await two.run(state()) == ["accepted"]

    async def seen() -> Account:
        return await Account.get(username="alice")

    theirs = await two.run(seen())
    assert (theirs.domain, theirs.uri) == ("one.test", alice.account.uri)
    assert bob.account.uri.startswith("https://two.test/")


async def test_a_post_reaches_followers(one: Echo, two: Echo) -> None:
    alice = await make.person("alice")
    bob = await two.run(make.person("bob"))
    await two.run(follow(bob, "alice", "one.test"))
    await settle_down([one, two])
    post = await make.post(alice, "Hello #World", visibility=Visibility.FOLLOWERS)
    await settle_down([one, two])
    copy = await two.run(post_by_uri(post.uri))
    assert copy is not None
    assert copy.visibility == "followers"
    assert "Hello" in copy.html
    await posts.remove(alice.id, post.id)
    await settle_down([one, two])
    copy = await two.run(post_by_uri(post.uri))
    assert copy is not None
    assert copy.deleted_at is not None


async def test_likes_and_boosts_travel(one: Echo, two: Echo) -> None:
    alice = await make.person("alice")
    bob = await two.run(make.person("bob"))
    await two.run(follow(bob, "alice", "one.test"))
    await settle_down([one, two])
    post = await make.post(alice, "Like me")
    await settle_down([one, two])
    copy = await two.run(post_by_uri(post.uri))
    assert copy is not None
    await two.run(likes.like(bob.id, copy.id))
    await two.run(boosts.boost(bob.id, copy.id))
    await settle_down([one, two])

    async def marks() -> tuple[int, int]:
        return await Like.filter(post_id=post.id).count(), await Post.filter(
            boost_of_id=post.id, deleted_at=None
        ).count()

    assert await marks() == (1, 1)
    await two.run(likes.unlike(bob.id, copy.id))
    await two.run(boosts.unboost(bob.id, copy.id))
    await settle_down([one, two])
    assert await marks() == (0, 0)


async def test_a_suspension_is_seen_elsewhere_and_lifted_there_alone(one: Echo, two: Echo) -> None:
    alice = await make.person("alice")
    bob = await two.run(make.person("bob"))
    await two.run(follow(bob, "alice", "one.test"))
    await settle_down([one, two])

    async def seen() -> Account:
        return await Account.get(username="alice", domain="one.test")

    await moderation.suspend(Staff.shell(), alice.id, is_suspended=True)
    await settle_down([one, two])
    theirs = await two.run(seen())
    assert (theirs.suspended_elsewhere, theirs.suspended_at is None, theirs.note) == (True, False, "")

    async def lift() -> None:
        await restraints.end(Staff.shell(), theirs.id, StrikeKind.SUSPEND)

    with pytest.raises(Forbidden):
        await two.run(lift())
    await moderation.suspend(Staff.shell(), alice.id, is_suspended=False)
    await settle_down([one, two])
    theirs = await two.run(seen())
    assert (theirs.suspended_elsewhere, theirs.suspended_at) == (False, None)


async def test_what_the_sensitised_post_is_sensitive_elsewhere(one: Echo, two: Echo) -> None:
    alice = await make.person("alice")
    bob = await two.run(make.person("bob"))
    await two.run(follow(bob, "alice", "one.test"))
    await settle_down([one, two])
    await strikes.give(Staff.shell(), alice.id, StrikeDraft(kind=StrikeKind.SENSITIVE))
    post = await make.post(alice, "a picture")
    await settle_down([one, two])
    copy = await two.run(post_by_uri(post.uri))
    assert copy is not None
    assert copy.sensitive is True
    assert (await Post.get(id=post.id)).sensitive is False, "what was said stays as it was said"
