"""Posts."""

from __future__ import annotations

from collections.abc import Sequence

from echo import clock, db
from echo.db import Row
from echo.errors import NotFound
from echo.models import Media, Post
from echo.policy.viewer import Viewer
from echo.policy.visibility import visible_to
from echo.store import hashtags as tags
from echo.store import loading
from echo.store.together import Together

_VISIBLE = f"""
    FROM posts p JOIN accounts a ON a.id = p.author_id
    LEFT JOIN posts o ON o.id = p.boost_of_id LEFT JOIN accounts oa ON oa.id = o.author_id
    WHERE p.id = ANY($2) AND {visible_to("$1")}
      AND (p.boost_of_id IS NULL OR {visible_to("$1", "o", "oa")})
"""

# What was deleted by $2, or by so long ago that nobody remembers whom.
THEIRS = "(account_ids = '[]' OR account_ids @> jsonb_build_array($2::bigint))"
# Of one id so many accounts are remembered, the latest: a server can make them without end.
_MOST_BURIERS = 100


async def get(viewer: Viewer, post_id: int) -> Post:
    """The post. Raises NotFound when it is unknown, deleted or not for this viewer: never told apart."""
    post = await find(viewer, post_id)
    if post is None:
        raise NotFound
    return post


async def get_original(viewer: Viewer, post_id: int) -> Post:
    """The post, or the one that it boosts. Raises NotFound."""
    post = await get(viewer, post_id)
    return post if post.boost_of_id is None else await get(viewer, post.boost_of_id)


async def find(viewer: Viewer, post_id: int) -> Post | None:
    """The post, or None when it is unknown, deleted or not for this viewer."""
    found = await db.fetch_one(
        f"SELECT {loading.columns(Post, 'p')} {_VISIBLE}", viewer.account_id, [post_id]
    )
    return None if found is None else loading.read(Post, found)


async def find_by_uri(viewer: Viewer, uri: str) -> Post | None:
    """The same, by ActivityPub id."""
    post = await loading.first(Post, "uri = $1", uri)
    return None if post is None else await find(viewer, post.id)


async def get_unscoped_for_worker(post_id: int) -> Post:
    """The post, whoever may read it, deleted or not. For work that has no viewer. Raises NotFound."""
    row = await _ROWS.ask(post_id)
    if row is None:
        raise NotFound
    return loading.read(Post, row)


async def _rows(post_ids: Sequence[int]) -> dict[int, Row]:
    rows = await db.fetch(f"SELECT {loading.columns(Post)} FROM posts t WHERE t.id = ANY($1)", list(post_ids))
    return {row["id"]: row for row in rows}


_ROWS = Together(_rows)


async def find_by_uri_for_worker(uri: str) -> Post | None:
    """The post with this ActivityPub id, whoever may read it; None when it was deleted."""
    return await loading.first(Post, "uri = $1 AND deleted_at IS NULL", uri)


async def find_with_deleted_for_worker(uri: str) -> Post | None:
    """The post with this ActivityPub id, whoever may read it, deleted or not."""
    return await loading.first(Post, "uri = $1", uri)


async def lock(post_id: int) -> None:
    """Wait until nobody else changes the post; nobody does until the end of the unit of work."""
    await db.execute("SELECT 1 FROM posts WHERE id = $1 FOR UPDATE", post_id)


async def mark_deleted(post_id: int) -> bool:
    """Delete a post for everybody who reads; False when somebody was faster."""
    return bool(
        await db.execute(
            "UPDATE posts SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL", post_id, clock.now()
        )
    )


async def rename_for_worker(post_id: int, uri: str) -> None:
    """Give a post another ActivityPub id."""
    await db.execute("UPDATE posts SET uri = $2 WHERE id = $1", post_id, uri)


async def facts_of_files(media_ids: Sequence[int]) -> dict[int, Row]:
    """Rows (content_type, size_bytes) of files, by id, for who was shown their posts already."""
    rows = await db.fetch("SELECT id, content_type, size_bytes FROM media WHERE id = ANY($1)", media_ids)
    return {row["id"]: row for row in rows}


async def boosts_for_worker(post_id: int) -> list[Row]:
    """Rows (id, author_id) of all boosts of a post, deleted ones too."""
    return await db.fetch("SELECT id, author_id FROM posts WHERE boost_of_id = $1", post_id)


async def lives(uri: str, author_id: int) -> bool | None:
    """Whether the post with this id lives: False when it was deleted, None when it was never heard of.

    Shapes:  author_id: whose it would be; what others say of its end does not count
    """
    return await _LIVES.ask((uri, author_id))


async def _lives(keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], bool]:
    rows = await db.fetch(
        "SELECT k.uri, k.author_id, bool_or(known.lives) AS lives"
        " FROM unnest($1::text[], $2::bigint[]) AS k(uri, author_id) JOIN LATERAL ("
        " SELECT p.deleted_at IS NULL AS lives FROM posts p WHERE p.uri = k.uri"
        f" UNION ALL SELECT false FROM tombstones WHERE uri = k.uri AND {THEIRS.replace('$2', 'k.author_id')}"
        ") known ON true GROUP BY k.uri, k.author_id",
        *(list(column) for column in zip(*keys, strict=True)),
    )
    return {(row["uri"], row["author_id"]): row["lives"] for row in rows}


_LIVES = Together(_lives)


async def is_buried(uri: str, account_id: int) -> bool:
    """Whether this account deleted the thing with this id."""
    return bool(await db.fetch(f"SELECT 1 FROM tombstones WHERE uri = $1 AND {THEIRS}", uri, account_id))


async def was_just_buried(uri: str, account_id: int) -> bool:
    """Whether that was a moment ago. For what may come again under the same id, as follows of Misskey do."""
    return bool(
        await db.fetch(
            f"SELECT 1 FROM tombstones WHERE uri = $1 AND {THEIRS}"
            " AND created_at > now() - interval '10 minutes'",
            uri,
            account_id,
        )
    )


async def bury(uri: str, account_id: int) -> None:
    """Remember that somebody deleted the thing with this id, known or not.

    It may be a neighbour's that has not come yet: therefore it counts only for what comes from them.
    """
    await db.execute(
        "INSERT INTO tombstones AS t (uri, account_ids, created_at)"
        " VALUES ($1, jsonb_build_array($2::bigint), now()) ON CONFLICT (uri)"
        " DO UPDATE SET created_at = excluded.created_at, account_ids = CASE"
        " WHEN t.account_ids = '[]' OR t.account_ids @> excluded.account_ids THEN t.account_ids"
        " WHEN jsonb_array_length(t.account_ids) >= $3 THEN (t.account_ids - 0) || excluded.account_ids"
        " ELSE t.account_ids || excluded.account_ids END",
        uri,
        account_id,
        _MOST_BURIERS,
    )


async def mentions(post_ids: Sequence[int]) -> list[Row]:
    """Rows (post_id, account_id, silent)."""
    return await db.fetch(
        "SELECT post_id, account_id, silent FROM mentions WHERE post_id = ANY($1) ORDER BY id",
        list(post_ids),
    )


async def mentioned_here(post_id: int) -> list[int]:
    """The people of this server whom a post names or addresses."""
    rows = await db.fetch(
        "SELECT m.account_id FROM mentions m JOIN users u ON u.id = m.account_id WHERE m.post_id = $1",
        post_id,
    )
    return [row["account_id"] for row in rows]


async def insert_mentions(post_id: int, account_ids: Sequence[int], *, silent: bool = False) -> None:
    """Remember whom a post names; silent: whom it is addressed to without naming them."""
    await db.execute(
        "INSERT INTO mentions (post_id, account_id, silent)"
        " SELECT $1, account_id, $3 FROM unnest($2::bigint[]) AS m(account_id) ON CONFLICT DO NOTHING",
        post_id,
        list(account_ids),
        silent,
    )


async def insert_hashtags(post_id: int, typed: Sequence[str]) -> None:
    """Link a post with hashtags, as they were written in it, making those that are new."""
    if not typed:
        return
    names = list(tags.spellings_of(typed))
    if await _link_hashtags(post_id, names) < len(names):
        await _link_hashtags(post_id, await tags.make(typed))


async def _link_hashtags(post_id: int, names: Sequence[str]) -> int:
    """How many links are new."""
    return await db.execute(
        "INSERT INTO post_hashtags (post_id, hashtag_id) SELECT $1, id FROM hashtags WHERE name = ANY($2)"
        " ON CONFLICT DO NOTHING",
        post_id,
        list(names),
    )


async def hashtags(post_id: int) -> list[str]:
    """The folded names of a post's hashtags."""
    return await _HASHTAGS.ask(post_id) or []


async def _hashtags(post_ids: Sequence[int]) -> dict[int, list[str]]:
    rows = await db.fetch(
        "SELECT p.post_id, h.name FROM post_hashtags p JOIN hashtags h ON h.id = p.hashtag_id"
        " WHERE p.post_id = ANY($1) ORDER BY p.id",
        list(post_ids),
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row["post_id"], []).append(row["name"])
    return found


_HASHTAGS = Together(_hashtags)


async def attachable_media(account_id: int, media_ids: Sequence[int], *, post_id: int | None) -> list[Media]:
    """Own files that are free, or already on this post; in the order asked."""
    found = await Media.filter(
        id__in=list(media_ids),
        account_id=account_id,
        discarded_at=None,
        scheduled_id=None,
        chat_message_id=None,
    )
    free = {media.id: media for media in found if media.post_id in (None, post_id)}
    return [free[media_id] for media_id in media_ids if media_id in free]


async def boosters(viewer: Viewer, post_id: int, cursor_sql: str, order_sql: str) -> list[Row]:
    """Rows (id of the boost, account_id) of boosts that the viewer may see."""
    return await db.fetch(
        f"SELECT p.id, p.author_id AS account_id FROM posts p JOIN accounts a ON a.id = p.author_id"
        f" WHERE p.boost_of_id = $2 AND {visible_to('$1')} AND {cursor_sql} {order_sql}",
        viewer.account_id,
        post_id,
    )


async def likers(viewer: Viewer, post_id: int, cursor_sql: str, order_sql: str) -> list[Row]:
    """Rows (id of the like, account_id); without those whom the viewer blocks, or who block them."""
    return await db.fetch(
        f"SELECT l.id, l.account_id FROM likes l JOIN accounts a ON a.id = l.account_id"
        f" WHERE l.post_id = $2 AND a.deleted_at IS NULL AND a.suspended_at IS NULL"
        f" AND NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.blocker_id = $1 AND b.blocked_id = l.account_id)"
        f" OR (b.blocker_id = l.account_id AND b.blocked_id = $1))"
        f" AND {cursor_sql} {order_sql}",
        viewer.account_id,
        post_id,
    )
