"""Filters of people, with their keywords and posts."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.errors import NotFound
from echo.models import Filter, FilterKeyword, FilterPost
from echo.store import loading

_WHOLE = """
    SELECT f.id, f.account_id, f.title, f.contexts, f.action, f.expires_at,
        (SELECT json_agg(json_build_array(k.id, k.keyword, k.whole_word) ORDER BY k.id)
            FROM filter_keywords k WHERE k.filter_id = f.id) AS keywords,
        (SELECT json_agg(json_build_array(fp.id, fp.post_id) ORDER BY fp.id)
            FROM filter_posts fp WHERE fp.filter_id = f.id) AS posts
    FROM filters f WHERE f.account_id = ANY($1)
"""


async def all_of(account_ids: Sequence[int]) -> list[Row]:
    """Rows (id, account_id, title, contexts, action, expires_at, keywords, posts), the oldest first.

    Shapes:  keywords: JSON [[id, keyword, whole_word]] or null; posts: JSON [[id, post_id]] or null
    """
    return await db.fetch(_WHOLE + " ORDER BY f.id", list(account_ids))


async def get(account_id: int, filter_id: int) -> Row:
    """The same of one filter of this person. Raises NotFound."""
    found = await db.fetch_one(_WHOLE + " AND f.id = $2", [account_id], filter_id)
    if found is None:
        raise NotFound
    return found


async def model(account_id: int, filter_id: int) -> Filter:
    """One filter of this person, to be changed. Raises NotFound."""
    found = await loading.first(Filter, "account_id = $1 AND id = $2", account_id, filter_id)
    if found is None:
        raise NotFound
    return found


_MINE = "filter_id IN (SELECT f.id FROM filters f WHERE f.account_id = $1) AND id = $2"


async def keyword(account_id: int, keyword_id: int) -> FilterKeyword:
    """One keyword of this person's filters. Raises NotFound."""
    found = await loading.first(FilterKeyword, _MINE, account_id, keyword_id)
    if found is None:
        raise NotFound
    return found


async def post(account_id: int, filter_post_id: int) -> FilterPost:
    """One post that a filter of this person is for. Raises NotFound."""
    found = await loading.first(FilterPost, _MINE, account_id, filter_post_id)
    if found is None:
        raise NotFound
    return found


async def raise_version(account_id: int) -> None:
    """Say that this person's filters change; whoever else changes them waits until the unit of work ends."""
    await db.execute(
        "UPDATE users SET filters_version = coalesce(filters_version, 0) + 1 WHERE id = $1", account_id
    )


async def counts(account_id: int) -> tuple[int, int, int]:
    """How many filters, keywords and posts of filters this person has."""
    row = await db.fetch_one(
        "SELECT (SELECT count(*) FROM filters WHERE account_id = $1),"
        " (SELECT count(*) FROM filter_keywords k JOIN filters f ON f.id = k.filter_id"
        "  WHERE f.account_id = $1),"
        " (SELECT count(*) FROM filter_posts p JOIN filters f ON f.id = p.filter_id"
        "  WHERE f.account_id = $1)",
        account_id,
    )
    assert row is not None, "a statement without FROM has a row"
    return row[0], row[1], row[2]


async def texts(post_ids: Sequence[int]) -> list[Row]:
    """Rows (id, spoiler, html, choices, descriptions) of what keywords are looked for in.

    Only for ids from `status_rows.moving`, which knows what a viewer may read.
    """
    if not post_ids:
        return []
    return await db.fetch(
        "SELECT p.id, p.spoiler, p.html, (SELECT json_agg(m.description ORDER BY m.id)"
        " FROM media m WHERE m.post_id = p.id AND m.description IS NOT NULL) AS descriptions,"
        " (SELECT json_agg(o.title ORDER BY o.position) FROM poll_options o WHERE o.poll_id = p.poll_id)"
        " AS choices"
        " FROM posts p WHERE p.id = ANY($1)",
        list(post_ids),
    )
