"""What is trending: counted from the rows every few minutes, read in one statement. The formula is in
docs/trends.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from echo import clock, db, ids
from echo.db import Row
from echo.kinds import TrendKind
from echo.replica import late

# Of a surprise that is so old half is left.
TAG_HALF_LIFE_HOURS, LINK_HALF_LIFE_HOURS, POST_HALF_LIFE_HOURS = 4.0, 8.0, 6.0
_KEPT = 200

# Who counts: public posts of people whom no moderator limits.
_COUNTS = """p.visibility = 'public' AND p.deleted_at IS NULL AND NOT p.local_only
    AND a.silenced_at IS NULL AND a.suspended_at IS NULL AND a.deleted_at IS NULL"""


def _uses(column: str, source: str) -> str:
    """People a day of something that posts have; today against the six days before."""
    return f"""
    WITH uses AS (
        SELECT {column} AS item_id, p.author_id, p.id > $2 AS is_today, p.created_at
        FROM posts p JOIN accounts a ON a.id = p.author_id {source}
        WHERE p.id > $1 AND p.boost_of_id IS NULL AND {_COUNTS}),
    counted AS (
        SELECT item_id, count(DISTINCT author_id) FILTER (WHERE is_today) AS observed,
            greatest(count(DISTINCT (author_id, (created_at AT TIME ZONE 'UTC')::date))
                FILTER (WHERE NOT is_today) / 6.0, 1.0) AS expected,
            max(created_at) AS last_at
        FROM uses GROUP BY item_id)
    INSERT INTO trends (kind, item_id, score)
    SELECT $3, item_id, power(observed - expected, 2) / expected
        * power(0.5, extract(epoch FROM $4::timestamptz - last_at) / 3600.0 / $5::float8) AS score
    FROM counted WHERE observed >= $6 AND observed > expected
    ORDER BY score DESC LIMIT $7
    """


_TAGS = _uses("ph.hashtag_id", "JOIN post_hashtags ph ON ph.post_id = p.id")
_LINKS = _uses("p.card_id", "JOIN cards c ON c.id = p.card_id AND c.title <> ''")
_POSTS = f"""
    INSERT INTO trends (kind, item_id, score)
    SELECT $2, p.id, power(s.likes + s.boosts - 1, 2)
        * power(0.5, extract(epoch FROM $3::timestamptz - p.created_at) / 3600.0 / $4::float8) AS score
    FROM posts p JOIN accounts a ON a.id = p.author_id JOIN post_stats s ON s.post_id = p.id
    WHERE p.id > $1 AND p.boost_of_id IS NULL AND {_COUNTS} AND a.discoverable
        AND p.in_reply_to_id IS NULL AND p.in_reply_to_uri = '' AND p.spoiler = '' AND NOT p.sensitive
        AND a.sensitized_at IS NULL
        AND s.likes + s.boosts >= $5
    ORDER BY score DESC LIMIT $6
"""


_PUBLISHERS = """
    INSERT INTO publishers (domain, created_at)
    SELECT DISTINCT lower(split_part(split_part(c.url, '://', 2), '/', 1)), now()
    FROM trends t JOIN cards c ON c.id = t.item_id WHERE t.kind = 'link' ON CONFLICT (domain) DO NOTHING
"""


async def count_anew(least: int) -> None:
    """Replace all trends by those of this moment; in a unit of work.

    Shapes:  least: people who must have used a hashtag or link within a day, likes and boosts of a post
    """
    now = clock.now()
    week, day = (ids.id_at(now - timedelta(days=days)) for days in (7, 1))
    await db.execute("DELETE FROM trends")
    for kind, statement, hours in (
        (TrendKind.HASHTAG, _TAGS, TAG_HALF_LIFE_HOURS),
        (TrendKind.LINK, _LINKS, LINK_HALF_LIFE_HOURS),
    ):
        await db.execute(statement, week, day, kind.value, now, hours, least, _KEPT)
    since = ids.id_at(now - timedelta(days=2))
    await db.execute(_PUBLISHERS)
    await db.execute(_POSTS, since, TrendKind.POST.value, now, POST_HALF_LIFE_HOURS, least, _KEPT)


async def forget_all() -> None:
    """Nothing is trending."""
    await db.execute("DELETE FROM trends")


# What moderators said of it; $4: what counts without a word of theirs, null: everything is wanted.
_ALLOWED = """($4::bool IS NULL OR coalesce((SELECT v.allowed FROM trend_reviews v
    WHERE v.kind = t.kind AND v.item_id = t.item_id), $4))"""
_HOST_OF_CARD = "lower(split_part(split_part(c.url, '://', 2), '/', 1))"
# Of a link also of its publisher.
_ALLOWED_LINK = f"""($4::bool IS NULL OR coalesce((SELECT v.allowed FROM trend_reviews v
    WHERE v.kind = t.kind AND v.item_id = t.item_id), (SELECT v.allowed FROM trend_reviews v
    JOIN publishers u ON u.id = v.item_id WHERE v.kind = 'publisher' AND u.domain = {_HOST_OF_CARD}), $4))"""


# Of a post also of its author.
_ALLOWED_POST = """($4::bool IS NULL OR coalesce((SELECT v.allowed FROM trend_reviews v
    WHERE v.kind = t.kind AND v.item_id = t.item_id), (SELECT v.allowed FROM trend_reviews v
    JOIN posts p ON p.author_id = v.item_id WHERE v.kind = 'author' AND p.id = t.item_id), $4))"""


@late
async def hashtags(*, limit: int, offset: int, unseen: bool | None) -> list[Row]:
    """Rows (id, name), the strongest first.

    Shapes:  unseen: whether that is shown of which no moderator said anything; None: show all there is
    """
    return await db.fetch(
        "SELECT h.id, h.name FROM trends t JOIN hashtags h ON h.id = t.item_id WHERE t.kind = $1"
        f" AND {_ALLOWED} AND ($4::bool IS NULL OR h.usable)"
        " ORDER BY t.score DESC, t.id LIMIT $2 OFFSET $3",
        TrendKind.HASHTAG.value,
        limit,
        offset,
        unseen,
    )


@late
async def post_ids(*, limit: int, offset: int, unseen: bool | None) -> list[int]:
    """Posts, the strongest first; rendering leaves out what the viewer may not read. `unseen` as above."""
    rows = await db.fetch(
        f"SELECT item_id FROM trends t WHERE kind = $1 AND {_ALLOWED_POST}"
        " ORDER BY score DESC, id LIMIT $2 OFFSET $3",
        TrendKind.POST.value,
        limit,
        offset,
        unseen,
    )
    return [row["item_id"] for row in rows]


@late
async def links(*, limit: int, offset: int, unseen: bool | None) -> list[Row]:
    """Rows (id, card as JSON), the strongest first. `unseen` as above."""
    return await db.fetch(
        "SELECT c.id, row_to_json(c) AS card FROM trends t JOIN cards c ON c.id = t.item_id"
        f" WHERE t.kind = $1 AND {_ALLOWED_LINK} ORDER BY t.score DESC, t.id LIMIT $2 OFFSET $3",
        TrendKind.LINK.value,
        limit,
        offset,
        unseen,
    )


async def cards(card_ids: Sequence[int]) -> list[Row]:
    """Rows (id, card as JSON) of links, whether they trend or not."""
    return await db.fetch(
        "SELECT c.id, row_to_json(c) AS card FROM cards c WHERE c.id = ANY($1) ORDER BY c.id", list(card_ids)
    )


@late
async def link_days(card_ids: Sequence[int]) -> list[Row]:
    """Rows (card_id, day, uses, accounts) of the last seven days."""
    return await db.fetch(
        "SELECT p.card_id, date_trunc('day', p.created_at AT TIME ZONE 'UTC') AS day, count(*) AS uses,"
        " count(DISTINCT p.author_id) AS accounts FROM posts p JOIN accounts a ON a.id = p.author_id"
        f" WHERE p.card_id = ANY($1) AND p.id > $2 AND p.boost_of_id IS NULL AND {_COUNTS} GROUP BY 1, 2",
        list(card_ids),
        ids.id_at(clock.now() - timedelta(days=7)),
    )


async def find_link(url: str, *, unseen: bool) -> int | None:
    """The card of an address that everybody is shown as trending, or None. `unseen` as above."""
    found = await db.fetch_value(
        "SELECT c.id FROM cards c JOIN trends t ON t.item_id = c.id AND t.kind = $2"
        f" WHERE c.url = $1 AND $3::int IS NOT NULL AND {_ALLOWED_LINK}",
        url,
        TrendKind.LINK.value,
        0,
        unseen,
    )
    return None if found is None else int(found)
