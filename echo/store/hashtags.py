"""Hashtags, and what people are to them. Names are folded."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.store.cursor import Cursor
from echo.text.hashtags import normalise, spelling

# How a hashtag `h` is written for people: as moderators say, or else as whoever used it first wrote it.
SHOWN = "coalesce(nullif(h.display_name, ''), nullif(h.spelling, ''), h.name)"
# The same on a profile: first of all as its owner wrote it.
_FEATURED = f"coalesce(nullif(ft.spelling, ''), {SHOWN})"


async def find(name: str) -> Row:
    """(id, name) of a hashtag; 0 is the id of one that nobody has used or followed."""
    row = await db.fetch_one(
        "SELECT coalesce((SELECT id FROM hashtags WHERE name = $1), 0) AS id, $1::text AS name", name
    )
    assert row is not None
    return row


async def shown(name: str) -> str | None:
    """How a hashtag is written for people; None for one that nobody has used or followed."""
    found = await db.fetch_value(f"SELECT {SHOWN} FROM hashtags h WHERE h.name = $1", name)
    return None if found is None else str(found)


def spellings_of(typed: Sequence[str]) -> dict[str, str]:
    """How hashtags are written, by their folded names; the first spelling of one counts.

    In one order, so that two posts with the same new hashtags never wait for each other.
    """
    found: dict[str, str] = {}
    for one in typed:
        folded = normalise(one)
        if folded is not None:
            found.setdefault(folded, spelling(one))
    return dict(sorted(found.items()))


async def make(typed: Sequence[str]) -> list[str]:
    """Make those hashtags that are new; how they are written here is kept.

    Shapes:  typed: names as people wrote them; the first spelling of one counts
    Returns: the folded names, each once
    """
    return list(await _made(typed))


async def _made(typed: Sequence[str]) -> dict[str, str]:
    """The same with how each was written, by its folded name."""
    spellings = spellings_of(typed)
    if spellings:
        await db.execute(
            "INSERT INTO hashtags (name, spelling, created_at)"
            " SELECT name, spelling, now() FROM unnest($1::text[], $2::text[]) AS t(name, spelling)"
            " ON CONFLICT (name) DO NOTHING",
            list(spellings),
            list(spellings.values()),
        )
    return spellings


async def ensure(typed: str) -> int:
    """The id of a hashtag, made when it is new and then written like this."""
    await make([typed])
    return int(await db.fetch_value("SELECT id FROM hashtags WHERE name = $1", normalise(typed)))


async def followed(account_id: int, cursor: Cursor) -> list[Row]:
    """Rows (follow_id, id, name, shown) of the hashtags somebody follows, newest follow first."""
    rows = await db.fetch(
        f"SELECT tf.id AS follow_id, h.id, h.name, {SHOWN} AS shown FROM tag_follows tf"
        " JOIN hashtags h ON h.id = tf.hashtag_id"
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


async def feature(account_id: int, typed: Sequence[str]) -> int:
    """Put hashtags on a profile as they are written, making those that are new; how many were not there."""
    spellings = await _made(typed)
    return await db.execute(
        "INSERT INTO featured_tags (account_id, hashtag_id, spelling, created_at)"
        " SELECT $1, h.id, t.spelling, now() FROM unnest($2::text[], $3::text[]) AS t(name, spelling)"
        " JOIN hashtags h USING (name) ON CONFLICT DO NOTHING",
        account_id,
        list(spellings),
        list(spellings.values()),
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
    """Rows (id, name, shown, posts, last_post_on) of what somebody shows on their profile, most used first.

    Counted are posts that everybody may read.
    """
    return await db.fetch(
        f"SELECT ft.id, h.name, {_FEATURED} AS shown, coalesce(used.posts, 0) AS posts, used.last_post_on"
        " FROM featured_tags ft"
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
