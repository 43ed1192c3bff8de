"""Who may read a post: one table, rendered as a bool and as SQL. A test creates the rows and compares them.

    standing of the viewer   public  unlisted  followers  direct
    author                     yes      yes       yes       yes
    blocked, either way         -        -         -         -      (mentioned or not)
    mentioned                  yes      yes       yes       yes
    follower                   yes      yes       yes        -
    anyone                     yes      yes        -         -

What is held back (`echo.kinds.Held`) is read by its author alone. A post that is local only is read by people
of this server alone, never by anonymous readers. A deleted post and a post of a suspended account is read by
nobody. A boost is read by those who may read both the boost and what it boosts.
"""

from __future__ import annotations

from dataclasses import dataclass

from echo.kinds import Visibility

OPEN = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the viewer is to the author and to the post."""

    is_author: bool = False
    is_blocked: bool = False
    is_mentioned: bool = False
    is_follower: bool = False
    is_here: bool = False


def may_see(visibility: str, standing: Standing, *, local_only: bool = False, is_held: bool = False) -> bool:
    """The table."""
    if local_only and not standing.is_here:
        return False
    if standing.is_author:
        return True
    if standing.is_blocked or is_held:
        return False
    if standing.is_mentioned or visibility in OPEN:
        return True
    return visibility == Visibility.FOLLOWERS and standing.is_follower


def visible_to(viewer: str, post: str = "p", author: str = "a") -> str:
    """The same table as a condition of SQL.

    OFFSET 0 keeps each look-up a look-up: without it the planner may read all of a person's follows, blocks
    or mentions into a hash for a page of twenty posts.

    Shapes:  viewer: a placeholder ("$1") of type bigint, whose value may be null; post, author: table aliases
    """
    return f"""(
        {post}.deleted_at IS NULL AND {author}.suspended_at IS NULL AND {author}.deleted_at IS NULL
        AND ({post}.held = '' OR {post}.author_id = {viewer})
        AND (NOT {post}.local_only OR EXISTS (SELECT 1 FROM users lu WHERE lu.id = {viewer} OFFSET 0))
        AND CASE WHEN {viewer}::bigint IS NULL THEN {post}.visibility IN ('public', 'unlisted')
        ELSE {post}.author_id = {viewer} OR (
            NOT EXISTS (SELECT 1 FROM blocks b
                WHERE (b.blocker_id = {post}.author_id AND b.blocked_id = {viewer})
                   OR (b.blocker_id = {viewer} AND b.blocked_id = {post}.author_id) OFFSET 0)
            AND ({post}.visibility IN ('public', 'unlisted')
                OR ({post}.visibility = 'followers' AND EXISTS (SELECT 1 FROM follows f
                    WHERE f.follower_id = {viewer} AND f.followee_id = {post}.author_id
                      AND f.state = 'accepted' OFFSET 0))
                OR EXISTS (SELECT 1 FROM mentions m
                    WHERE m.post_id = {post}.id AND m.account_id = {viewer} OFFSET 0)))
        END)"""
