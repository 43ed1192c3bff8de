"""The table of who may read a post: told as a bool and told as SQL, it is the same table."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pytest

from echo import db
from echo.actions import accounts, moderation, posts
from echo.kinds import FollowState, Visibility
from echo.models import Account, Block, Follow, Post
from echo.policy.roles import Staff
from echo.policy.viewer import NOBODY, Viewer
from echo.policy.visibility import Standing, may_see, visible_to
from echo.store import posts as post_store
from tests import make

BLOCKS = ("none", "by author", "by viewer", "both")
FOLLOWS = ("none", "requested", "accepted")


@dataclass(frozen=True)
class Case:
    """One viewer of the author's posts."""

    block: str
    follow: str
    mentioned: bool
    silent: bool

    @property
    def standing(self) -> Standing:
        return Standing(
            is_blocked=self.block != "none",
            is_follower=self.follow == "accepted",
            is_mentioned=self.mentioned or self.silent,
        )


CASES = [
    Case(block, follow, mentioned, silent)
    for block, follow, mentioned, silent in product(BLOCKS, FOLLOWS, (False, True), (False, True))
    if not (mentioned and silent)
]


async def _viewer(case: Case, author_id: int, post_ids: list[int]) -> Viewer:
    account = await make.stranger()
    now = account.created_at
    if case.block in ("by author", "both"):
        await Block.create(blocker_id=author_id, blocked_id=account.id, created_at=now)
    if case.block in ("by viewer", "both"):
        await Block.create(blocker_id=account.id, blocked_id=author_id, created_at=now)
    if case.follow != "none":
        state = FollowState.ACCEPTED if case.follow == "accepted" else FollowState.REQUESTED
        await Follow.create(
            follower_id=account.id, followee_id=author_id, state=state.value, uri="", created_at=now
        )
    if case.mentioned or case.silent:
        for post_id in post_ids:
            await post_store.insert_mentions(post_id, [account.id], silent=case.silent)
    return Viewer(account.id)


async def _found(viewer: Viewer, post_ids: list[int]) -> set[int]:
    """Through the store, which looks at a boosted post as well."""
    return {post_id for post_id in post_ids if await post_store.find(viewer, post_id) is not None}


async def _seen(viewer: Viewer, post_ids: list[int]) -> set[int]:
    """By the condition alone."""
    rows = await db.fetch(
        f"SELECT p.id FROM posts p JOIN accounts a ON a.id = p.author_id"
        f" WHERE p.id = ANY($2) AND {visible_to('$1')}",
        viewer.account_id,
        post_ids,
    )
    return {row["id"] for row in rows}


@pytest.mark.usefixtures("runtime")
async def test_the_sql_is_the_table() -> None:
    author = await make.person()
    by_visibility = {v: (await make.post(author, visibility=v)).id for v in Visibility}
    ids = list(by_visibility.values())
    viewers = {case: await _viewer(case, author.id, ids) for case in CASES}
    assert len(viewers) == 36
    for case, viewer in viewers.items():
        expected = {by_visibility[v] for v in Visibility if may_see(v, case.standing)}
        assert await _seen(viewer, ids) == expected, case
        assert await _found(viewer, ids) == expected, case
    assert await _seen(Viewer(author.id), ids) == set(ids)
    assert all(may_see(v, Standing(is_author=True)) for v in Visibility)
    anonymous = {by_visibility[v] for v in Visibility if may_see(v, Standing())}
    assert await _seen(NOBODY, ids) == anonymous
    assert anonymous == {by_visibility[Visibility.PUBLIC], by_visibility[Visibility.UNLISTED]}


def test_the_table_is_what_it_says() -> None:
    """Row by row, as it stands above `may_see`."""
    order = (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT)
    for standing, expected in (
        (Standing(is_author=True), "yyyy"),
        (Standing(is_blocked=True), "----"),
        (Standing(is_blocked=True, is_mentioned=True, is_follower=True), "----"),
        (Standing(is_mentioned=True), "yyyy"),
        (Standing(is_follower=True), "yyy-"),
        (Standing(), "yy--"),
    ):
        assert "".join("y" if may_see(v, standing) else "-" for v in order) == expected, standing


@pytest.mark.usefixtures("runtime")
async def test_what_is_gone_is_seen_by_nobody() -> None:
    author, reader = await make.person(), await make.person()
    deleted = await make.post(author)
    await posts.remove(author.id, deleted.id)
    suspended, erased = await make.stranger(), await make.stranger()
    ids = [deleted.id, (await make.remote_post(suspended)).id, (await make.remote_post(erased)).id]
    await moderation.suspend(Staff.shell(), suspended.id, is_suspended=True)
    await accounts.receive_deletion(erased)
    for viewer in (NOBODY, Viewer(author.id), Viewer(reader.id), Viewer(suspended.id), Viewer(erased.id)):
        assert await _seen(viewer, ids) == set()
        assert await _found(viewer, ids) == set()


@pytest.mark.usefixtures("runtime")
async def test_a_boost_is_seen_by_those_who_see_both() -> None:
    author, booster = await make.person(), await make.person()
    boosts: dict[tuple[Visibility, Visibility], Post] = {}
    for original, own in product(Visibility, Visibility):
        post = await make.post(author, visibility=original)
        boost = await make.post(booster, visibility=own)
        await Post.filter(id=boost.id).update(boost_of_id=post.id)
        boosts[original, own] = boost
    ids = [boost.id for boost in boosts.values()]
    of_author, of_booster, of_both, blocked = [await make.person() for _ in range(4)]
    for follower, followees in (
        (of_author, [author]),
        (of_booster, [booster]),
        (of_both, [author, booster]),
        (blocked, [booster]),
    ):
        for followee in followees:
            await make.follow(follower, followee)
    await Block.create(blocker_id=author.id, blocked_id=blocked.id, created_at=author.account.created_at)
    follower, stranger, shut_out = Standing(is_follower=True), Standing(), Standing(is_blocked=True)
    own_post = Standing(is_author=True)
    for viewer, to_author, to_booster in (
        (Viewer(of_author.id), follower, stranger),
        (Viewer(of_booster.id), stranger, follower),
        (Viewer(of_both.id), follower, follower),
        (Viewer(blocked.id), shut_out, follower),
        (Viewer(author.id), own_post, stranger),
        (Viewer(booster.id), stranger, own_post),
        (NOBODY, stranger, stranger),
    ):
        expected = {
            boost.id
            for (original, own), boost in boosts.items()
            if may_see(original, to_author) and may_see(own, to_booster)
        }
        assert await _found(viewer, ids) == expected, viewer


@pytest.mark.usefixtures("runtime")
async def test_what_is_local_only_is_for_people_here() -> None:
    """As the table says, but nobody from elsewhere and nobody anonymous."""
    author, follower, other = await make.person(), await make.person(), await make.person()
    stranger = await make.stranger()
    for somebody in (follower, stranger):
        await make.follow(somebody, author)
    made = {v: (await make.post(author, visibility=v, local_only=True)).id for v in Visibility}
    ids = list(made.values())
    here = Standing(is_here=True)
    for viewer, standing in (
        (Viewer(author.id), Standing(is_author=True, is_here=True)),
        (Viewer(follower.id), Standing(is_follower=True, is_here=True)),
        (Viewer(other.id), here),
        (Viewer(stranger.id), Standing(is_follower=True)),
        (NOBODY, Standing()),
    ):
        expected = {made[v] for v in Visibility if may_see(v, standing, local_only=True)}
        assert await _seen(viewer, ids) == expected, standing
        assert await _found(viewer, ids) == expected, standing


@pytest.mark.usefixtures("runtime")
async def test_nobody_is_nobodys_follower() -> None:
    """A null viewer compares with nothing: no row of a relation may match it."""
    author = await make.person()
    post = await make.post(author, visibility=Visibility.FOLLOWERS)
    await make.follow(await make.person(), author)
    assert await _seen(NOBODY, [post.id]) == set()
    assert await Account.filter(id=author.id).exists()


@pytest.mark.usefixtures("runtime")
async def test_what_is_held_back_is_its_authors_alone() -> None:
    author, mentioned, other = await make.person(), await make.person(), await make.person()
    made = {v: (await make.post(author, visibility=v)).id for v in Visibility}
    ids = list(made.values())
    for post_id in ids:
        await post_store.insert_mentions(post_id, [mentioned.id])
    await Post.filter(id__in=ids).update(held="waiting")
    for viewer, standing in (
        (Viewer(author.id), Standing(is_author=True)),
        (Viewer(mentioned.id), Standing(is_mentioned=True)),
        (Viewer(other.id), Standing()),
        (NOBODY, Standing()),
    ):
        expected = {made[v] for v in Visibility if may_see(v, standing, is_held=True)}
        assert await _seen(viewer, ids) == expected, standing
        assert await _found(viewer, ids) == expected, standing
