"""Policies, what they ask about authors, and what they hold back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from echo import cache, clock, db
from echo.db import Row
from echo.errors import NotFound
from echo.kinds import HeldKind
from echo.models import HeldThing, Policy

# What more have said than this is said by many.
_MOST_COUNTED = 2_000


async def stamp() -> str:
    """Another text whenever a policy has changed."""
    return str(
        await db.fetch_value(
            "SELECT count(*) || ' ' || coalesce(max(updated_at)::text, '') || ' '"
            " || coalesce(sum(position * id), 0) FROM policies"
        )
    )


async def every() -> list[Policy]:
    """All policies, in the order in which they are asked."""
    return await Policy.all().order_by("position", "id")


async def get(policy_id: int) -> Policy:
    """Raises:  NotFound"""
    found = await Policy.get_or_none(id=policy_id)
    if found is None:
        raise NotFound
    return found


async def is_followed(account_id: int) -> bool:
    """Whether anybody follows this account."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT 1 FROM follows WHERE followee_id = $1 AND state = 'accepted')", account_id
        )
    )


async def strangers_among(author_id: int, account_ids: Sequence[int]) -> int:
    """How many of these are people here who do not follow the author."""
    if not account_ids:
        return 0
    return int(
        await db.fetch_value(
            "SELECT count(*) FROM users u WHERE u.id = ANY($2) AND u.id <> $1 AND NOT EXISTS"
            " (SELECT 1 FROM follows f WHERE f.follower_id = u.id AND f.followee_id = $1"
            " AND f.state = 'accepted')",
            author_id,
            list(account_ids),
        )
    )


async def count_sayer(fingerprint: str, author_id: int, hours: int) -> int:
    """Count that an account said something. How many others did within this time; 0 when Redis is away."""
    key = cache.key("said", hours, fingerprint)
    try:
        async with cache.client().pipeline(transaction=False) as pipe:
            pipe.scard(key)
            pipe.sismember(key, str(author_id))
            many, is_among = await pipe.execute()
            if many < _MOST_COUNTED and not is_among:
                pipe.sadd(key, str(author_id))
                pipe.expire(key, int(timedelta(hours=hours).total_seconds()), nx=True)
                await pipe.execute()
    except cache.OUTAGES:
        return 0
    return int(many) - int(is_among)


async def find_held(held_id: int) -> HeldThing | None:
    """The same, or None."""
    return await HeldThing.get_or_none(id=held_id)


async def get_held(held_id: int) -> HeldThing:
    """Something that was held back. Raises NotFound."""
    found = await HeldThing.get_or_none(id=held_id)
    if found is None:
        raise NotFound
    return found


async def lock_held(held_id: int) -> HeldThing:
    """The same, with its row held until the end of the unit of work. Raises NotFound."""
    await db.execute("SELECT 1 FROM held_things WHERE id = $1 FOR UPDATE", held_id)
    return await get_held(held_id)


async def hold(
    kind: str,
    author_id: int,
    draft: object,
    *,
    text: str,
    policy: str,
    found: str,
    post_id: int | None = None,
    chat_id: int | None = None,
    uri: str = "",
) -> None:
    """Keep something until a moderator decides; the same post again, or a later edit, takes its place."""
    await db.execute(
        "INSERT INTO held_things AS t (kind, author_id, post_id, chat_id, uri, draft, text, policy,"
        " found, state, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10)"
        " ON CONFLICT (kind, uri) WHERE uri <> '' DO UPDATE SET"
        " draft = excluded.draft, text = excluded.text, state = 'waiting'"
        # A post that was rejected stays so, however often it comes; each edit is a new question.
        " WHERE t.state = 'waiting' OR t.kind = 'remote_edit'",
        kind,
        author_id,
        post_id,
        chat_id,
        uri,
        msgspec.json.encode(draft).decode(),
        text,
        policy[:100],
        found[:500],
        clock.now(),
    )


async def held_page(*, state: str, below_id: int | None, limit: int) -> list[Row]:
    """Rows (id, kind, author_id, post_id, chat_id, uri, text, policy, found, state, created_at, decided_at,
    username, domain), the newest first."""
    return await db.fetch(
        "SELECT h.id, h.kind, h.author_id, h.post_id, h.chat_id, h.uri, h.text, h.policy, h.found, h.state,"
        " h.created_at, h.decided_at, a.username, a.domain"
        " FROM held_things h JOIN accounts a ON a.id = h.author_id"
        " WHERE h.state = $1 AND ($2::bigint IS NULL OR h.id < $2) ORDER BY h.id DESC LIMIT $3",
        state,
        below_id,
        limit,
    )


async def settle_held(held_id: int, state: str, by_id: int | None) -> None:
    """Write down what was decided."""
    await db.execute(
        "UPDATE held_things SET state = $2, decided_at = $3, decided_by_id = $4 WHERE id = $1",
        held_id,
        state,
        clock.now(),
        by_id,
    )


async def drop_draft(held_id: int) -> None:
    """What was held is not needed any more."""
    await db.execute("UPDATE held_things SET draft = '' WHERE id = $1", held_id)


async def forget_held(uri: str) -> None:
    """A post of elsewhere that was held is gone there."""
    await db.execute("DELETE FROM held_things WHERE uri = $1 AND uri <> '' AND state = 'waiting'", uri)


async def prune_held(before: datetime, most_waiting: int, limit: int) -> int:
    """Forget what was decided before a moment, and what waits and comes from elsewhere when it came before
    that or more of it waits than there is room for. What people here have written waits for ever.

    Returns: how many rows went, at most `limit`
    """
    return await db.execute(
        "DELETE FROM held_things WHERE id IN ("
        "(SELECT id FROM held_things WHERE state IN ('accepted', 'rejected') AND decided_at < $1 LIMIT $4)"
        " UNION (SELECT id FROM held_things WHERE state = 'waiting' AND kind = ANY($2) AND (created_at < $1"
        " OR id <= (SELECT id FROM held_things WHERE state = 'waiting' AND kind = ANY($2)"
        " ORDER BY id DESC OFFSET $3 LIMIT 1)) LIMIT $4) LIMIT $4)",
        before,
        [HeldKind.REMOTE_POST.value, HeldKind.REMOTE_EDIT.value],
        most_waiting,
        limit,
    )


async def forget_held_post(post_id: int) -> None:
    """A post of somebody here that was held was deleted by them."""
    await db.execute("DELETE FROM held_things WHERE post_id = $1 AND state = 'waiting'", post_id)


_LATEST = """
    SELECT p.id, p.author_id, p.created_at, p.uri, p.html, p.spoiler, p.visibility, p.local, p.in_reply_to_id,
        a.username, a.display_name, a.domain, a.host, jsonb_array_length(p.media_ids) AS files,
        ARRAY(SELECT m.account_id FROM mentions m WHERE m.post_id = p.id AND NOT m.silent) AS mentioned,
        ARRAY(SELECT h.name FROM post_hashtags ph JOIN hashtags h ON h.id = ph.hashtag_id
            WHERE ph.post_id = p.id) AS hashtags,
        ARRAY(SELECT o.title FROM poll_options o WHERE o.poll_id = p.poll_id ORDER BY o.position) AS options,
        ARRAY(SELECT m.description FROM media m WHERE m.post_id = p.id AND m.description IS NOT NULL
            ORDER BY m.id) AS descriptions
    FROM posts p JOIN accounts a ON a.id = p.author_id
    WHERE p.boost_of_id IS NULL AND p.deleted_at IS NULL AND p.visibility IN ('public', 'unlisted')
        AND (p.local AND $1 OR NOT p.local AND $2)
    ORDER BY p.id DESC LIMIT $3
"""


async def latest_posts(*, local: bool, remote: bool, limit: int) -> list[Row]:
    """The newest posts that everybody may read, with all that policies look at."""
    return await db.fetch(_LATEST, local, remote, limit)
