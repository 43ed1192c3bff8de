"""The inboxes that hear of something: always of accounts elsewhere that are neither deleted nor suspended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from echo import db
from echo.db import Row
from echo.models import Account

_ELSEWHERE = "r.host <> '' AND r.inbox <> '' AND r.deleted_at IS NULL AND r.suspended_at IS NULL"

# No activity goes to somebody whom its author blocks, or who blocks the author.
_AT_PEACE = (
    "NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.blocker_id = $1 AND b.blocked_id = r.id)"
    " OR (b.blocker_id = r.id AND b.blocked_id = $1))"
)


async def of_followers(account_id: int) -> list[str]:
    """The inboxes of somebody's followers, one for each server that has a shared one."""
    # OFFSET 0 makes it one look-up for each follower, however few accounts there are altogether.
    rows = await db.fetch(
        "SELECT DISTINCT CASE WHEN r.shared_inbox <> '' THEN r.shared_inbox ELSE r.inbox END AS inbox"
        " FROM follows f"
        " JOIN LATERAL (SELECT * FROM accounts q WHERE q.id = f.follower_id OFFSET 0) r ON true"
        f" WHERE f.followee_id = $1 AND f.state = 'accepted' AND {_ELSEWHERE}",
        account_id,
    )
    return [row["inbox"] for row in rows]


async def of_accounts(sender_id: int, account_ids: Sequence[int]) -> list[Row]:
    """Rows (inbox, shared_inbox) of those of these accounts that the sender may address."""
    return await db.fetch(
        f"SELECT r.inbox, r.shared_inbox FROM accounts r WHERE r.id = ANY($2) AND {_ELSEWHERE}"
        f" AND {_AT_PEACE} ORDER BY r.id",
        sender_id,
        list(account_ids),
    )


async def of_one(account_id: int) -> str:
    """The own inbox of somebody elsewhere, blocks or not; empty for people here."""
    found: str | None = await db.fetch_value(
        "SELECT r.inbox FROM accounts r WHERE r.id = $1 AND r.host <> '' AND r.deleted_at IS NULL", account_id
    )
    return found or ""


async def somebody_at(inbox: str) -> Account | None:
    """Somebody elsewhere whose own inbox this is."""
    return await Account.filter(inbox=inbox, deleted_at=None).exclude(host="").first()


async def shared_among(inboxes: Sequence[str]) -> list[str]:
    """Which of these are shared by those who live there."""
    rows = await db.fetch(
        "SELECT t.url FROM unnest($1::text[]) AS t(url)"
        " WHERE EXISTS (SELECT 1 FROM accounts r WHERE r.shared_inbox = t.url)",
        list(inboxes),
    )
    return [row["url"] for row in rows]


async def people_of_post(post_id: int) -> list[Row]:
    """Rows (id, interacted) of the people a post is directed to, or who did something with it."""
    return await db.fetch(
        "SELECT account_id AS id, false AS interacted FROM mentions WHERE post_id = $1"
        " UNION SELECT in_reply_to_account_id, false FROM posts WHERE id = $1"
        "  AND in_reply_to_account_id IS NOT NULL AND visibility IN ('public', 'unlisted')"
        " UNION SELECT o.author_id, false FROM posts p JOIN posts o ON o.id = p.boost_of_id WHERE p.id = $1"
        " UNION SELECT account_id, true FROM likes WHERE post_id = $1"
        " UNION SELECT account_id, true FROM reactions WHERE post_id = $1"
        " UNION SELECT author_id, true FROM posts WHERE boost_of_id = $1"
        " UNION SELECT author_id, true FROM posts WHERE in_reply_to_id = $1",
        post_id,
    )


async def of_answered_and_boosters(post_id: int) -> list[str]:
    """The inboxes of the author of what a post answers, and of those who boosted it."""
    rows = await db.fetch(
        "SELECT DISTINCT r.inbox FROM accounts r WHERE r.id IN (SELECT in_reply_to_account_id FROM posts"
        " WHERE id = $1 UNION SELECT author_id FROM posts WHERE boost_of_id = $1)"
        f" AND {_ELSEWHERE}",
        post_id,
    )
    return [row["inbox"] for row in rows]


async def voters(post_id: int) -> list[int]:
    """Who chose something in the poll of a post."""
    rows = await db.fetch(
        "SELECT DISTINCT v.account_id FROM poll_votes v JOIN polls po ON po.id = v.poll_id"
        " WHERE po.post_id = $1",
        post_id,
    )
    return [row["account_id"] for row in rows]


async def of_everybody() -> list[str]:
    """Every inbox we know, one for each server that has a shared one."""
    rows = await db.fetch(
        "SELECT DISTINCT CASE WHEN r.shared_inbox <> '' THEN r.shared_inbox ELSE r.inbox END AS inbox"
        f" FROM accounts r WHERE {_ELSEWHERE}"
    )
    return [row["inbox"] for row in rows]


@dataclass(frozen=True, slots=True)
class Check:
    """A delivery before another try. Shapes:  post_id: of the post that it tells of, if it does"""

    delivery_id: int
    sender_id: int
    post_id: int | None
    inbox: str


async def still_due(checks: Sequence[Check]) -> set[int]:
    """Which deliveries may still go out: the post lives, and somebody at the inbox may hear of it.

    Returns: the delivery ids
    """
    rows = await db.fetch(
        _STILL_DUE,
        [check.delivery_id for check in checks],
        [check.sender_id for check in checks],
        [check.post_id for check in checks],
        [check.inbox for check in checks],
    )
    return {row["id"] for row in rows}


# An inbox that belongs to nobody we know is that of a relay or of a server: open posts go there.
_STILL_DUE = """
    SELECT c.id
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) AS c(id, sender_id, post_id, inbox)
    LEFT JOIN posts p ON p.id = c.post_id
    WHERE (c.post_id IS NULL OR p.deleted_at IS NULL AND p.id IS NOT NULL) AND (EXISTS (
        SELECT 1 FROM accounts r
        WHERE (r.inbox = c.inbox OR r.shared_inbox = c.inbox)
          AND r.deleted_at IS NULL AND r.suspended_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM blocks b
            WHERE (b.blocker_id = c.sender_id AND b.blocked_id = r.id)
               OR (b.blocker_id = r.id AND b.blocked_id = c.sender_id))
          AND (c.post_id IS NULL
            OR EXISTS (SELECT 1 FROM mentions m WHERE m.post_id = p.id AND m.account_id = r.id)
            OR (p.visibility = 'followers' AND EXISTS (SELECT 1 FROM follows f
                WHERE f.follower_id = r.id AND f.followee_id = p.author_id AND f.state = 'accepted'))
            OR p.visibility IN ('public', 'unlisted')))
      OR (coalesce(p.visibility, 'public') = 'public' AND NOT EXISTS (
        SELECT 1 FROM accounts r WHERE r.inbox = c.inbox OR r.shared_inbox = c.inbox)))
"""
