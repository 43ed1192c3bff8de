"""How much room everything takes: tables by PostgreSQL's books, files by their rows."""

from __future__ import annotations

from dataclasses import dataclass

from echo import db
from echo.db import Row

# Posts and what hangs on them: what the budget for posts of other servers is about.
POST_TABLES = (
    "posts",
    "post_stats",
    "post_hashtags",
    "post_versions",
    "mentions",
    "media",
    "polls",
    "poll_options",
    "search_posts",
)
# What comes and goes with them, and keeps gaps in its indexes likewise.
GAPPY_TABLES = (*POST_TABLES, "accounts", "hashtags", "remote_files")
_SAMPLED_PAGES = 200
# A row takes a pointer of four bytes in its page.
_POINTER_BYTES = 4


@dataclass(frozen=True, slots=True)
class Measured:
    """How many posts of other servers there are, and the room that they take; both about."""

    posts: int
    bytes: int

    @property
    def bytes_each(self) -> float:
        return self.bytes / self.posts if self.posts else 0.0


async def remote_posts() -> Measured:
    """What posts of other servers take, with what hangs on them and its share of the indexes.

    Measured by a sample of each table, not by its file: a file does not shrink when rows are removed, their
    room is used again.
    """
    taken = 0.0
    for table in POST_TABLES:
        await db.execute(f"ANALYZE {table}")
        size = await _size_of(table)
        taken += size["rows"] * (size["width"] + _POINTER_BYTES) * (1 + size["index_ratio"])
    posts = await _size_of("posts")
    share = await db.fetch_value(
        "SELECT avg((NOT local)::int) FROM posts TABLESAMPLE SYSTEM ($1)", posts["percent"]
    )
    part = float(share or 0)
    return Measured(posts=int(posts["rows"] * part), bytes=int(taken * part))


async def _size_of(table: str) -> dict[str, float]:
    """Rows, their mean width in bytes, indexes in proportion to the rows, per cent to sample."""
    books = await db.fetch_one(
        "SELECT greatest(c.reltuples, 0)::float8 AS rows, greatest(pg_relation_size(c.oid), 8192) AS bytes,"
        " pg_indexes_size(c.oid) AS index_bytes FROM pg_class c WHERE c.oid = $1::text::regclass",
        table,
    )
    if books is None:
        return {"rows": 0.0, "width": 0.0, "index_ratio": 0.0, "percent": 100.0}
    percent = min(100.0, 100.0 * _SAMPLED_PAGES * 8192 / books["bytes"])
    width = await db.fetch_value(
        f"SELECT avg(pg_column_size(t.*))::float8 FROM {table} t TABLESAMPLE SYSTEM ($1)", percent
    )
    return {
        "rows": float(books["rows"]),
        "width": float(width or 0),
        "index_ratio": books["index_bytes"] / books["bytes"],
        "percent": percent,
    }


async def rebuild_indexes(table: str) -> int:
    """Make the indexes of one of `GAPPY_TABLES` anew while it is used; the room that this frees, in bytes.

    An index of words keeps every word that ever was in it, and other indexes keep gaps.
    """
    size = "SELECT pg_indexes_size($1::text::regclass)"
    before = int(await db.fetch_value(size, table))
    await db.execute_long(f"REINDEX TABLE CONCURRENTLY {table}")
    return before - int(await db.fetch_value(size, table))


async def tables() -> list[Row]:
    """Rows (name, bytes, rows) of every table with its indexes, the largest first; rows are counted about."""
    return await db.fetch(
        "SELECT c.relname AS name, pg_total_relation_size(c.oid) AS bytes,"
        " greatest(c.reltuples, s.n_live_tup, 0)::bigint AS rows FROM pg_class c"
        " LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid"
        " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY 2 DESC, 1"
    )


async def database_bytes() -> int:
    """The whole database on the disk."""
    return int(await db.fetch_value("SELECT pg_database_size(current_database())"))


async def files() -> list[Row]:
    """Rows (name, bytes, rows) of files by kind, as far as rows know their sizes; bytes null: unknown."""
    return await db.fetch(
        "SELECT * FROM (SELECT 'uploads' AS name, coalesce(sum(size_bytes), 0)::bigint AS bytes, count(*)"
        " AS rows"
        "  FROM media WHERE file_key <> '' OR source_key <> ''"
        " UNION ALL SELECT 'copies', coalesce(sum(size_bytes), 0)::bigint, count(*) FROM remote_files"
        "  WHERE file_key <> ''"
        " UNION ALL SELECT 'previews', NULL, count(*) FROM cards WHERE image_key <> ''"
        " UNION ALL SELECT 'portraits', NULL, count(*) FROM accounts, LATERAL (VALUES (avatar), (header))"
        " f(key)"
        "  WHERE domain = '' AND f.key <> '' AND f.key NOT LIKE '%://%') found ORDER BY 2 DESC NULLS LAST, 1"
    )
