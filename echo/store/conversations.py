"""Direct posts as conversations, for each person who takes part here."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

import msgspec

from echo import db
from echo.db import Row
from echo.policy.visibility import visible_to
from echo.store.cursor import Cursor

# Only while its last post can be read: whoever is blocked or suspended is not met here either.
_READABLE = f"""
    SELECT c.id, c.unread, c.participant_ids, c.last_post_id
    FROM conversations c JOIN posts p ON p.id = c.last_post_id JOIN accounts a ON a.id = p.author_id
    WHERE c.account_id = $1 AND {visible_to("$1")}
"""

# People here who take part, without those who do not want to hear of the author: of those who are named in a
# new post, only those who were told of it, whatever their notification policy says.
_WILLING = """
    SELECT u.id FROM users u WHERE u.id = ANY($1)
      AND NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.blocker_id = u.id AND b.blocked_id = $2)
          OR (b.blocker_id = $2 AND b.blocked_id = u.id))
      AND NOT EXISTS (SELECT 1 FROM avoided_domains av JOIN accounts f ON f.id = $2 AND f.domain = av.domain
          WHERE av.account_id = u.id)
      AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.muter_id = u.id AND m.muted_id = $2
          AND m.notifications AND (m.expires_at IS NULL OR m.expires_at > now()))
      AND (NOT $4::bool OR u.id = $2
          OR EXISTS (SELECT 1 FROM notifications n WHERE n.account_id = u.id AND n.post_id = $3
              AND NOT n.filtered)
          OR EXISTS (SELECT 1 FROM mentions s WHERE s.account_id = u.id AND s.post_id = $3 AND s.silent))
    ORDER BY u.id
"""

_FILE = """
    INSERT INTO conversations AS c
        (account_id, thread_id, participants_key, participant_ids, last_post_id, unread)
    SELECT k.account_id, $4, k.key, k.participants::jsonb, $5, k.account_id <> $6
    FROM unnest($1::bigint[], $2::text[], $3::text[]) AS k(account_id, key, participants)
    ON CONFLICT (account_id, thread_id, participants_key) DO UPDATE
        SET last_post_id = greatest(c.last_post_id, excluded.last_post_id), unread = excluded.unread
    RETURNING id, account_id
"""


async def page(account_id: int, cursor: Cursor) -> list[Row]:
    """Rows (id, unread, participant_ids, last_post_id), the one that was written in last first."""
    rows = await db.fetch(
        f"{_READABLE} AND {cursor.condition('c.last_post_id')} {cursor.order('c.last_post_id')}", account_id
    )
    return cursor.newest_first(rows)


async def find(account_id: int, conversation_id: int) -> Row | None:
    """One conversation of this person, if its last post can be read."""
    return await db.fetch_one(f"{_READABLE} AND c.id = $2", account_id, conversation_id)


async def file(
    post_id: int,
    thread_id: int,
    author_id: int,
    people: Collection[int],
    *,
    is_new: bool = True,
    only: int | None = None,
) -> list[Row]:
    """Put a direct post into the conversation of each person here who takes part, or of `only` one of them.

    Shapes:  people: the author and all whom the post is addressed to; is_new: they were told of it just now
    Returns: rows (id, account_id) of the conversations
    """
    concerned = list(people) if only is None else [only]
    willing = await db.fetch(_WILLING, concerned, author_id, post_id, is_new)
    if not willing:
        return []
    others = {row["id"]: sorted(set(people) - {row["id"]}) for row in willing}
    rows = await db.fetch(
        _FILE,
        list(others),
        [_key(ids) for ids in others.values()],
        [msgspec.json.encode(ids).decode() for ids in others.values()],
        thread_id,
        post_id,
        author_id,
    )
    await db.execute(
        "INSERT INTO conversation_posts (conversation_id, post_id)"
        " SELECT id, $2 FROM unnest($1::bigint[]) AS c(id) ON CONFLICT DO NOTHING",
        [row["id"] for row in rows],
        post_id,
    )
    return rows


async def kept_apart(account_id: int, author_ids: Sequence[int]) -> list[int]:
    """Direct posts of these people to somebody that are in no conversation of theirs, the oldest first."""
    rows = await db.fetch(
        "SELECT p.id FROM mentions m JOIN posts p ON p.id = m.post_id WHERE m.account_id = $1"
        " AND p.author_id = ANY($2) AND p.visibility = 'direct' AND p.deleted_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM conversation_posts q JOIN conversations c ON c.id = q.conversation_id"
        " WHERE q.post_id = p.id AND c.account_id = $1) ORDER BY p.id DESC LIMIT 200",
        account_id,
        list(author_ids),
    )
    return [row["id"] for row in reversed(rows)]


async def take_out(post_ids: Sequence[int]) -> list[Row]:
    """Take posts out of all conversations: each is as new as what is left in it, and gone with its last post.

    Returns: rows (id, account_id) of those that are left and changed
    """
    found = await db.fetch(
        "SELECT id FROM conversations WHERE id IN"
        " (SELECT conversation_id FROM conversation_posts WHERE post_id = ANY($1)) ORDER BY id FOR UPDATE",
        list(post_ids),
    )
    if not found:
        return []
    ids = [row["id"] for row in found]
    await db.execute("DELETE FROM conversation_posts WHERE post_id = ANY($1)", list(post_ids))
    await db.execute(
        "DELETE FROM conversations c WHERE c.id = ANY($1)"
        " AND NOT EXISTS (SELECT 1 FROM conversation_posts q WHERE q.conversation_id = c.id)",
        ids,
    )
    return await db.fetch(
        "UPDATE conversations c SET last_post_id = n.post_id FROM (SELECT conversation_id, max(post_id)"
        " AS post_id FROM conversation_posts WHERE conversation_id = ANY($1) GROUP BY 1) n"
        " WHERE n.conversation_id = c.id AND c.last_post_id <> n.post_id RETURNING c.id, c.account_id",
        ids,
    )


async def mark(account_id: int, conversation_id: int, *, unread: bool) -> bool | None:
    """Say whether a conversation of this person was read.

    Returns: whether that is another word than before; None when there is no such conversation
    """
    was: bool | None = await db.fetch_value(
        "UPDATE conversations c SET unread = $3 FROM (SELECT id, unread FROM conversations"
        " WHERE account_id = $1 AND id = $2 FOR UPDATE) b WHERE c.id = b.id RETURNING b.unread",
        account_id,
        conversation_id,
        unread,
    )
    return None if was is None else was != unread


async def delete(account_id: int, conversation_id: int) -> int:
    """Forget a conversation of this person; the posts stay. How many there were."""
    return await db.execute(
        "DELETE FROM conversations WHERE account_id = $1 AND id = $2", account_id, conversation_id
    )


async def delete_with(account_id: int, other_id: int) -> None:
    """Forget all conversations of this person in which somebody takes part."""
    await db.execute(
        "DELETE FROM conversations WHERE account_id = $1 AND participant_ids @> to_jsonb($2::bigint)",
        account_id,
        other_id,
    )


def _key(account_ids: Sequence[int]) -> str:
    return hashlib.sha256(",".join(map(str, account_ids)).encode()).hexdigest()
