"""Hashtags, and what people are to them. Names are folded."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.store.cursor import Cursor


async def find(name: str) -> Row:
    """(id, name) of a hashtag; 0 is the id of one that nobody has used or followed."""
    row = await db.fetch_one(
        "SELECT coalesce((SELECT id FROM hashtags WHERE name = $1), 0) AS id, $1::text AS name", name
    )
    assert row is not None
    return row


async def ensure(name: str) -> int:
    """The id of a hashtag, made when it is new."""
    await db.execute(
        "INSERT INTO hashtags (name, created_at) VALUES ($1, now()) ON CONFLICT (name) DO NOTHING", name
    )
    return int(await db.fetch_value("SELECT id FROM hashtags WHERE name = $1", name))


async def followed(account_id: int, cursor: Cursor) -> list[Row]:
    """Rows (follow_id, id, name) of the hashtags somebody follows, newest follow first."""
    rows = await db.fetch(
        "SELECT tf.id AS follow_id, h.id, h.name FROM tag_follows tf JOIN hashtags h ON h.id = tf.hashtag_id"
        f" WHERE tf.account_id = $1 AND {cursor.condition('tf.id')} {cursor.order('tf.id')}",
        account_id,
    )
    return cursor.newest_first(rows)


async def count_followed(account_id: int) -> int:
    """How many hashtags somebody follows."""
    return int(await db.fetch_value("SELECT count(*) FROM tag_follows WHERE account_id = $1", account_id))


async def marks(account_id: int, names: Sequence[str]) -> dict[str, Row]:
    """Rows (name, following, featuring) by name: what somebody is to these hashtags."""
    rows = await db.fetch(
        "SELECT h.name,"
        " EXISTS (SELECT 1 FROM tag_follows t WHERE t.account_id = $1 AND t.hashtag_id = h.id) AS following,"
        " EXISTS (SELECT 1 FROM featured_tags t WHERE t.account_id = $1 AND t.hashtag_id = h.id) AS featuring"
        " FROM hashtags h WHERE h.name = ANY($2)",
        account_id,
        list(names),
    )
    return {row["name"]: row for row in rows}


async def feature(account_id: int, names: Sequence[str]) -> int:
    """Put hashtags on a profile, making those that are new; how many were not there."""
    await db.execute(
        "INSERT INTO hashtags (name, created_at) SELECT name, now() FROM unnest($1::text[]) AS t(name)"
        " ON CONFLICT (name) DO NOTHING",
        sorted(set(names)),
    )
    return await db.execute(
        "INSERT INTO featured_tags (account_id, hashtag_id, created_at)"
        " SELECT $1, id, now() FROM hashtags WHERE name = ANY($2) ON CONFLICT DO NOTHING",
        account_id,
        list(names),
    )


async def unfeature(account_id: int, names: Sequence[str]) -> int:
    """Take hashtags off a profile; how many were there."""
    return await db.execute(
        "DELETE FROM featured_tags WHERE account_id = $1"
        " AND hashtag_id IN (SELECT id FROM hashtags WHERE name = ANY($2))",
        account_id,
        list(names),
    )


async def featured(account_id: int) -> list[Row]:
    """Rows (id, name, posts, last_post_on) of what somebody shows on their profile, most used first.

    Counted are posts that everybody may read.
    """
    return await db.fetch(
        "SELECT ft.id, h.name, coalesce(used.posts, 0) AS posts, used.last_post_on FROM featured_tags ft"
        " JOIN hashtags h ON h.id = ft.hashtag_id"
        " LEFT JOIN (SELECT ph.hashtag_id, count(*) AS posts, max(p.created_at)::date AS last_post_on"
        "  FROM posts p JOIN post_hashtags ph ON ph.post_id = p.id WHERE p.author_id = $1"
        "  AND ph.hashtag_id IN (SELECT hashtag_id FROM featured_tags WHERE account_id = $1)"
        "  AND p.deleted_at IS NULL AND p.visibility IN ('public', 'unlisted') GROUP BY 1) used"
        " ON used.hashtag_id = ft.hashtag_id"
        " WHERE ft.account_id = $1 ORDER BY posts DESC, ft.id",
        account_id,
    )


async def recently_used(account_id: int, limit: int) -> list[Row]:
    """Rows (id, name) of the hashtags of somebody's latest posts, most used first; featured ones not."""
    return await db.fetch(
        "SELECT h.id, h.name FROM (SELECT id FROM posts WHERE author_id = $1 AND deleted_at IS NULL"
        " AND visibility IN ('public', 'unlisted') ORDER BY id DESC LIMIT 1000) p"
        " JOIN post_hashtags ph ON ph.post_id = p.id JOIN hashtags h ON h.id = ph.hashtag_id"
        " WHERE NOT EXISTS (SELECT 1 FROM featured_tags ft WHERE ft.account_id = $1 AND ft.hashtag_id = h.id)"
        " GROUP BY h.id ORDER BY count(*) DESC, max(p.id) DESC LIMIT $2",
        account_id,
        limit,
    )
