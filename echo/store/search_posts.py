"""The index of posts in PostgreSQL: a table of words beside the posts, newest first by their ids.

A search first walks over the newest rows: what is common is found there at once. What is rare is found by the
index of words, where it costs what it is rare. Neither is ever long, however many posts there are.
"""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.kinds import Corpus
from echo.ports import SearchEntry, SearchWish
from echo.replica import late
from echo.store import vectors
from echo.store.library import HAS_TO_DO, LIBRARY

# Rows that are walked over before the index of words is asked; matches that are looked at one by one, before
# it is quicker to look at what a person has to do with.
WALK_ROWS = 2000
MATCHES = 2000
# The walk for what is not asked for by words: posts of a day, posts without something.
LONG_WALK_ROWS = 20_000

_PUT = """
    INSERT INTO search_posts AS s (post_id, author_id, is_open, words)
    SELECT e.post_id, e.author_id, e.is_open, e.words::tsvector
    FROM unnest($1::bigint[], $2::bigint[], $3::boolean[], $4::text[])
        AS e(post_id, author_id, is_open, words)
    JOIN posts p ON p.id = e.post_id AND p.deleted_at IS NULL
    ON CONFLICT (post_id) DO UPDATE SET author_id = excluded.author_id, is_open = excluded.is_open,
        words = excluded.words
    WHERE s.is_open <> excluded.is_open OR s.words <> excluded.words
"""

_CORPUS = {
    Corpus.ALL: f"(s.is_open OR {HAS_TO_DO})",
    Corpus.PUBLIC: "s.is_open",
    Corpus.LIBRARY: HAS_TO_DO,
}
_OUTSIDE = {
    None: "true",
    Corpus.PUBLIC: "NOT s.is_open",
    Corpus.LIBRARY: f"NOT {HAS_TO_DO}",
    Corpus.ALL: "false",
}
# As a subquery it is read once, and not for each row.
_MATCHES = "s.words @@ (SELECT $2::text::tsquery)"
_ANYTHING = "$2::text = ''"
_RANGE = """$1::bigint IS NOT NULL AND s.post_id >= $3 AND s.post_id < $4 AND NOT EXISTS (
    SELECT 1 FROM unnest($5::bigint[], $6::bigint[]) AS w(low, high)
    WHERE s.post_id >= w.low AND s.post_id < w.high)"""
# MATERIALIZED and OFFSET 0: the planner knows nothing of words and ranges, and would read the whole key for a
# range of everything. What costs is asked newest first.
_OPEN = f"""
    WITH found AS MATERIALIZED (SELECT post_id, author_id, is_open FROM search_posts s
        WHERE {_MATCHES} AND s.is_open OFFSET 0),
    newest AS (SELECT s.* FROM found s WHERE {_RANGE} ORDER BY s.post_id DESC OFFSET 0)
    SELECT s.post_id FROM newest s
"""
# Seen from the words, as long as they are few.
_FEW = f"""
    WITH few AS MATERIALIZED (SELECT post_id, author_id, is_open FROM search_posts s
        WHERE {_MATCHES} LIMIT $8 + 1),
    newest AS (SELECT s.* FROM few s WHERE {_RANGE} AND (SELECT count(*) FROM few) <= $8
        ORDER BY s.post_id DESC OFFSET 0)
"""


async def put(entries: Sequence[SearchEntry]) -> None:
    """Keep the words of these posts, except of those that were deleted meanwhile."""
    await db.execute(
        _PUT,
        [entry.post_id for entry in entries],
        [entry.author_id for entry in entries],
        [entry.is_open for entry in entries],
        [vectors.vector(entry.words, sorted(entry.marks)) for entry in entries],
    )


async def remove(post_ids: Sequence[int]) -> None:
    """Forget the words of these posts."""
    await db.execute("DELETE FROM search_posts WHERE post_id = ANY($1)", list(post_ids))


async def remove_author(author_id: int) -> None:
    """Forget the words of everything that somebody wrote."""
    await db.execute("DELETE FROM search_posts WHERE words @@ $1::text::tsquery", f"'from:{author_id}'")


async def count() -> int:
    """How many posts are kept."""
    return int(await db.fetch_value("SELECT count(*) FROM search_posts"))


@late
async def find(wish: SearchWish) -> list[int]:
    """Ids of the newest posts that match."""
    search = _Search(wish)
    if wish.outside == Corpus.ALL:
        return []
    found = await search.walk()
    if len(found) < wish.limit:
        found = sorted({*found, *await search.look_up()}, reverse=True)[: wish.limit]
    return found


class _Search:
    """One search. Each statement takes the same arguments first: $1 to $7."""

    def __init__(self, wish: SearchWish) -> None:
        self._wish = wish
        self._query = vectors.query(wish.terms, wish.marks)
        self._has_words = not (
            all(t.is_negated for t in wish.terms) and all(m.is_negated for m in wish.marks)
        )
        self._arguments = (
            wish.viewer_id,
            self._query,
            wish.from_id,
            wish.below_id,
            [low for low, _ in wish.without],
            [high for _, high in wish.without],
            wish.limit,
        )

    async def walk(self) -> list[int]:
        """Among the newest rows."""
        wanted = _MATCHES if self._query else _ANYTHING
        condition = " AND ".join((_CORPUS[self._wish.corpus], _OUTSIDE[self._wish.outside]))
        return await self._ids(
            "SELECT s.post_id FROM (SELECT post_id, author_id, is_open, words FROM search_posts s"
            f" WHERE {_RANGE} ORDER BY post_id DESC LIMIT $8) s WHERE {wanted} AND {condition}"
            " ORDER BY s.post_id DESC LIMIT $7",
            WALK_ROWS if self._has_words else LONG_WALK_ROWS,
        )

    async def look_up(self) -> list[int]:
        """Everywhere."""
        found: list[int] = []
        if self._wish.corpus != Corpus.LIBRARY and self._wish.outside != Corpus.PUBLIC and self._has_words:
            found += await self._open()
            if len(found) >= self._wish.limit:
                # Of what only this person finds, nothing older gets onto the page.
                self._arguments = (*self._arguments[:2], min(found), *self._arguments[3:])
        if self._wish.corpus != Corpus.PUBLIC and self._wish.outside != Corpus.LIBRARY:
            found += await self._of_library()
        return found

    async def _open(self) -> list[int]:
        """What everybody may find."""
        condition = _OUTSIDE[self._wish.outside]
        return await self._ids(f"{_OPEN} WHERE {condition} LIMIT $7")

    async def _of_library(self) -> list[int]:
        """What this person has to do with: seen from the words, or from the person when words are many."""
        condition = "true" if self._wish.corpus == Corpus.LIBRARY else "NOT s.is_open"
        condition = " AND ".join((condition, _OUTSIDE[self._wish.outside]))
        if self._has_words:
            row = await db.fetch_one(
                f"{_FEW} SELECT (SELECT count(*) FROM few) AS matches, ARRAY(SELECT s.post_id FROM newest s"
                f" WHERE {HAS_TO_DO} AND {condition} LIMIT $7) AS ids",
                *self._arguments,
                MATCHES,
            )
            if row is not None and row["matches"] <= MATCHES:
                return list(row["ids"])
        wanted = _MATCHES if self._query else _ANYTHING
        return await self._ids(
            f"SELECT s.post_id FROM {LIBRARY} l JOIN LATERAL (SELECT * FROM search_posts q"
            f" WHERE q.post_id = l.post_id OFFSET 0) s ON true"
            f" WHERE {wanted} AND {_RANGE} AND {condition} ORDER BY s.post_id DESC LIMIT $7"
        )

    async def _ids(self, statement: str, *more: int) -> list[int]:
        rows = await db.fetch(statement, *self._arguments, *more)
        return [row["post_id"] for row in rows]
