"""Who may quote a post: as a rule, and as SQL. A test compares the two.

the viewer is ...        answer
nobody, or the post is direct or a boost    denied
the author               automatic
named by `automatic`     automatic: the quote is accepted at once
named by `manual`        manual: the author decides
else, where only the author's server can name everybody who may    unknown
else                     denied
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from echo.kinds import Quoter, Visibility

# What people here choose from, in the words of clients.
POLICIES: dict[str, tuple[Quoter, ...]] = {
    "public": (Quoter.PUBLIC,),
    "followers": (Quoter.FOLLOWERS,),
    "nobody": (),
}


class QuoteRight(StrEnum):
    """What somebody is told before they quote."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"
    UNKNOWN = "unknown"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotable:
    """What the right depends on: the post, and what the viewer is to its author."""

    visibility: str
    automatic: Collection[str]
    manual: Collection[str]
    is_boost: bool = False
    is_author: bool = False
    is_follower: bool = False
    is_followed: bool = False


def right_to_quote(post: Quotable) -> QuoteRight:
    """The table."""
    if post.is_boost or post.visibility == Visibility.DIRECT:
        return QuoteRight.DENIED
    if post.is_author or _names(post.automatic, post):
        return QuoteRight.AUTOMATIC
    if _names(post.manual, post):
        return QuoteRight.MANUAL
    is_open = Quoter.OTHERS in post.automatic or Quoter.OTHERS in post.manual
    return QuoteRight.UNKNOWN if is_open else QuoteRight.DENIED


def _names(quoters: Collection[str], post: Quotable) -> bool:
    return (
        Quoter.PUBLIC in quoters
        or (Quoter.FOLLOWERS in quoters and post.is_follower)
        or (Quoter.FOLLOWING in quoters and post.is_followed)
    )


def right_as_sql(viewer: str, post: str = "p") -> str:
    """The same table as an expression of SQL; what people are to each other is looked up where it counts.

    Shapes:  viewer: a placeholder of type bigint, whose value may be null; post: a table alias
    """

    def follows(follower: str, followee: str) -> str:
        return (
            f"EXISTS (SELECT 1 FROM follows qf WHERE qf.follower_id = {follower}"
            f" AND qf.followee_id = {followee} AND qf.state = 'accepted' OFFSET 0)"
        )

    def names(column: str) -> str:
        return (
            f"({post}.{column} ? 'public'"
            f" OR ({post}.{column} ? 'followers' AND {follows(viewer, f'{post}.author_id')})"
            f" OR ({post}.{column} ? 'following' AND {follows(f'{post}.author_id', viewer)}))"
        )

    return f"""CASE
        WHEN {viewer}::bigint IS NULL OR {post}.visibility = 'direct' OR {post}.boost_of_id IS NOT NULL
            THEN 'denied'
        WHEN {post}.author_id = {viewer} OR {names("quote_automatic")} THEN 'automatic'
        WHEN {names("quote_manual")} THEN 'manual'
        WHEN {post}.quote_automatic ? 'unsupported_policy' OR {post}.quote_manual ? 'unsupported_policy'
            THEN 'unknown'
        ELSE 'denied' END"""
