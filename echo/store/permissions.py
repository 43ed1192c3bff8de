"""What authors allow others to do with their posts, and what waits for their word."""

from __future__ import annotations

import msgspec

from echo import clock, db
from echo.db import Row
from echo.models import Account, Post
from echo.policy.interacting import Closeness, Interaction


async def closeness(account: Account, post: Post) -> Closeness:
    """What somebody is to a post and its author."""
    row = await db.fetch_one(
        "SELECT EXISTS (SELECT 1 FROM mentions WHERE post_id = $2 AND account_id = $1) AS mentioned,"
        " EXISTS (SELECT 1 FROM follows WHERE follower_id = $1 AND followee_id = $3"
        "  AND state = 'accepted') AS follower,"
        " EXISTS (SELECT 1 FROM follows WHERE follower_id = $3 AND followee_id = $1"
        "  AND state = 'accepted') AS followed",
        account.id,
        post.id,
        post.author_id,
    )
    assert row is not None, "one row"
    return Closeness(
        uri=account.uri,
        is_mentioned=row["mentioned"],
        is_follower=row["follower"],
        is_followed=row["followed"],
    )


async def set_policy(post_id: int, policy: dict[str, dict[str, list[str]]] | None) -> bool:
    """Say what its author allows to be done with a post; False when it said so before."""
    return bool(
        await db.execute(
            "UPDATE posts SET interaction_policy = $2::jsonb WHERE id = $1"
            " AND interaction_policy IS DISTINCT FROM $2::jsonb",
            post_id,
            None if policy is None else msgspec.json.encode(policy).decode(),
        )
    )


async def settle(post_id: int, held: str, approval_uri: str) -> None:
    """Write down what the author of the parent, or of what is boosted, says of an answer or a boost."""
    await db.execute(
        "UPDATE posts SET held = $2, approval_uri = $3, version = version + 1 WHERE id = $1",
        post_id,
        held,
        approval_uri,
    )


async def give(account_id: int, post_id: int, interaction: Interaction, instrument: str, uri: str) -> str:
    """Write down that somebody may; where that stands, which is where it stood before when asked again."""
    found = await db.fetch_value(
        "INSERT INTO permissions AS t (post_id, account_id, interaction, instrument_uri, uri, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (post_id, interaction, instrument_uri)"
        " DO UPDATE SET account_id = t.account_id RETURNING uri",
        post_id,
        account_id,
        interaction.value,
        instrument,
        uri,
        clock.now(),
    )
    return str(found)


async def find(uri: str) -> Row | None:
    """Row (interaction, instrument_uri, post_uri, author_uri) of leave that still holds."""
    return await db.fetch_one(
        "SELECT t.interaction, t.instrument_uri, p.uri AS post_uri, a.uri AS author_uri FROM permissions t"
        " JOIN posts p ON p.id = t.post_id AND p.deleted_at IS NULL JOIN accounts a ON a.id = p.author_id"
        " AND a.deleted_at IS NULL AND a.suspended_at IS NULL WHERE t.uri = $1",
        uri,
    )


async def asked_account(post: Post) -> int | None:
    """The author whose word an answer or a boost waits for."""
    about = post.boost_of_id or post.in_reply_to_id
    return None if about is None else await db.fetch_value("SELECT author_id FROM posts WHERE id = $1", about)


async def approved_by(uri: str) -> list[int]:
    """The answers and boosts that are allowed by the word at this address."""
    rows = await db.fetch("SELECT id FROM posts WHERE approval_uri = $1 AND approval_uri <> ''", uri)
    return [row["id"] for row in rows]
