"""What moderators say of what could trend: hashtags, posts, links, and the sites these lead to."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.kinds import TrendKind
from echo.policy.trends import shows_unseen
from echo.store.cursor import Cursor

_TAGS = """
    SELECT h.id, h.name, h.usable, h.listable, h.display_name, v.allowed, $1::bool AS shows_unseen
    FROM hashtags h LEFT JOIN trend_reviews v ON v.kind = 'hashtag' AND v.item_id = h.id
"""
_PUBLISHERS = """
    SELECT u.id, u.domain, v.allowed, v.reviewed_at FROM publishers u
    LEFT JOIN trend_reviews v ON v.kind = 'publisher' AND v.item_id = u.id
"""
# Where an item of each kind is.
_TABLES: dict[str, str] = {
    TrendKind.HASHTAG: "SELECT name AS name FROM hashtags WHERE id = $1",
    TrendKind.POST: "SELECT uri AS name FROM posts WHERE id = $1 AND deleted_at IS NULL",
    TrendKind.AUTHOR: "SELECT username || CASE domain WHEN '' THEN '' ELSE '@' || domain END AS name"
    " FROM accounts WHERE id = $1 AND deleted_at IS NULL",
    TrendKind.LINK: "SELECT url AS name FROM cards WHERE id = $1",
    TrendKind.PUBLISHER: "SELECT domain AS name FROM publishers WHERE id = $1",
}


async def name_of(kind: TrendKind, item_id: int) -> str | None:
    """What is reviewed, in a word; None where there is no such thing."""
    found = await db.fetch_value(_TABLES[kind], item_id)
    return None if found is None else str(found)


async def said(kind: TrendKind, item_ids: Sequence[int]) -> dict[int, bool]:
    """Of those that a moderator looked at, whether they may trend."""
    rows = await db.fetch(
        "SELECT item_id, allowed FROM trend_reviews WHERE kind = $1 AND item_id = ANY($2)",
        kind.value,
        list(item_ids),
    )
    return {row["item_id"]: row["allowed"] for row in rows}


async def author_of(post_id: int) -> int | None:
    """Who wrote a post; None where there is none."""
    found = await db.fetch_value("SELECT author_id FROM posts WHERE id = $1 AND deleted_at IS NULL", post_id)
    return None if found is None else int(found)


async def of_authors(post_ids: Sequence[int]) -> dict[int, bool]:
    """Of posts whose author a moderator looked at, whether they may trend, by the id of the post."""
    rows = await db.fetch(
        "SELECT p.id, v.allowed FROM posts p JOIN trend_reviews v ON v.kind = 'author'"
        " AND v.item_id = p.author_id WHERE p.id = ANY($1)",
        list(post_ids),
    )
    return {row["id"]: row["allowed"] for row in rows}


async def hashtags(ids: Sequence[int]) -> list[Row]:
    """Rows (id, name, usable, listable, display_name, allowed, shows_unseen), in the order given."""
    rows = await db.fetch(f"{_TAGS} WHERE h.id = ANY($2)", shows_unseen(), list(ids))
    found = {row["id"]: row for row in rows}
    return [found[number] for number in ids if number in found]


async def page_of_hashtags(cursor: Cursor) -> list[Row]:
    """The same of all hashtags, the newest first."""
    rows = await db.fetch(f"{_TAGS} WHERE {cursor.condition('h.id')} {cursor.order('h.id')}", shows_unseen())
    return cursor.newest_first(rows)


async def publishers(cursor: Cursor, ids: Sequence[int] | None = None) -> list[Row]:
    """Rows (id, domain, allowed, reviewed_at), the newest first; only these where ids are given."""
    rows = await db.fetch(
        f"{_PUBLISHERS} WHERE ($1::bigint[] IS NULL OR u.id = ANY($1)) AND {cursor.condition('u.id')}"
        f" {cursor.order('u.id')}",
        None if ids is None else list(ids),
    )
    return cursor.newest_first(rows)


async def review(kind: TrendKind, item_id: int, *, allowed: bool, by_id: int | None) -> None:
    """Keep what a moderator says; the last word counts."""
    await db.execute(
        "INSERT INTO trend_reviews (kind, item_id, allowed, by_id, reviewed_at)"
        " VALUES ($1, $2, $3, $4, now())"
        " ON CONFLICT (kind, item_id) DO UPDATE SET allowed = $3, by_id = $4, reviewed_at = now()",
        kind.value,
        item_id,
        allowed,
        by_id,
    )


async def forget(kind: TrendKind, item_ids: Sequence[int]) -> None:
    """Nothing was said of these: what is said of their author or site counts again."""
    await db.execute(
        "DELETE FROM trend_reviews WHERE kind = $1 AND item_id = ANY($2)", kind.value, list(item_ids)
    )


async def unusable(names: Sequence[str]) -> list[str]:
    """Those of these hashtags that nobody here may use."""
    if not names:
        return []
    rows = await db.fetch("SELECT name FROM hashtags WHERE name = ANY($1) AND NOT usable", list(names))
    return [row["name"] for row in rows]
