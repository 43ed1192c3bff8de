"""Who may quote: the rule and its SQL say the same of every combination."""

from __future__ import annotations

from itertools import product

import pytest

from echo import db
from echo.kinds import FollowState, Quoter, Visibility
from echo.models import Follow, Post
from echo.policy.quoting import Quotable, right_as_sql, right_to_quote
from echo.runtime import Runtime
from tests import make

SETS = [
    [],
    [Quoter.PUBLIC],
    [Quoter.FOLLOWERS],
    [Quoter.FOLLOWING],
    [Quoter.OTHERS],
    [Quoter.FOLLOWERS, Quoter.OTHERS],
]


@pytest.mark.parametrize(("is_follower", "is_followed"), list(product((False, True), repeat=2)))
async def test_the_rule_and_its_sql_agree(runtime: Runtime, is_follower: bool, is_followed: bool) -> None:
    author, other = await make.person(), await make.person()
    if is_follower:
        await make.follow(other, author)
    if is_followed:
        await make.follow(author, other)
    post = await make.post(author)
    assert runtime
    for visibility, automatic, manual in product(Visibility, SETS, SETS):
        await Post.filter(id=post.id).update(
            visibility=visibility.value, quote_automatic=automatic, quote_manual=manual
        )
        for viewer_id in (None, author.id, other.id):
            said = await db.fetch_value(
                f"SELECT {right_as_sql('$2')} FROM posts p WHERE p.id = $1", post.id, viewer_id
            )
            is_other = viewer_id == other.id
            rule = "denied"
            if viewer_id is not None:
                rule = right_to_quote(
                    Quotable(
                        visibility=visibility,
                        automatic=automatic,
                        manual=manual,
                        is_author=viewer_id == author.id,
                        is_follower=is_other and is_follower,
                        is_followed=is_other and is_followed,
                    )
                )
            assert said == rule, (visibility, automatic, manual, viewer_id)


async def test_a_request_to_follow_is_no_follow(runtime: Runtime) -> None:
    author, other = await make.person(), await make.person()
    await make.follow(other, author)
    await Follow.all().update(state=FollowState.REQUESTED.value)
    post = await make.post(author)
    await Post.filter(id=post.id).update(quote_automatic=["followers"])
    sql = f"SELECT {right_as_sql('$2')} FROM posts p WHERE p.id = $1"
    assert runtime
    assert await db.fetch_value(sql, post.id, other.id) == "denied"
