"""Thirty days with a relay: tables and files grow to their budgets and no further; what members keep
stays."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from echo import clock, db, ids
from echo.actions import boosts, discarding, likes, pruning
from echo.media import port
from echo.models import Account
from echo.runtime import Runtime
from echo.store import prunings, remote_files, sizes, tidying
from tests import make
from tests.conftest import changed
from tests.make import Person

log = logging.getLogger(__name__)
DAYS, POSTS, RECEIVED, COPIES = 30, 1_200, 10, 40
POSTS_BUDGET, COPIES_BUDGET, COPY_BYTES = 20_000_000, 2_000_000, 10_000
KEEP_DAYS = 2
FULL_AFTER = 15

# As `receive` writes them, in one statement for a day: authors, posts with what hangs on them, what arrived.
_DAY = (
    "INSERT INTO accounts (id, username, username_key, domain, uri, host, avatar, created_at, fetched_at)"
    " SELECT $1 + n * 64000, 'r' || $3 || 'x' || n, 'r' || $3 || 'x' || n, 'far' || n % 50 || '.test',"
    " 'https://far' || n % 50 || '.test/users/' || $3 || 'x' || n, 'far' || n % 50 || '.test',"
    " 'https://far' || n % 50 || '.test/avatars/' || $3 || 'x' || n || '.png', $4, $4"
    " FROM generate_series(1, $2 / 10) n",
    "INSERT INTO posts (id, uri, url, author_id, local, visibility, html, thread_id, in_reply_to_id,"
    " language, created_at)"
    " SELECT $1 + n * 6400, 'https://far' || a % 50 || '.test/users/' || $3 || 'x' || a || '/posts/' || n,"
    " 'https://far' || a % 50 || '.test/@' || $3 || 'x' || a || '/' || n, $1 + a * 64000, false, 'public',"
    " '<p>' || repeat(md5(n::text || $3), 12) || '</p>', $1 + (CASE WHEN n % 5 = 0 THEN n - 1 ELSE n END)"
    " * 6400,"
    " CASE WHEN n % 5 = 0 THEN $1 + (n - 1) * 6400 END, 'en', $4"
    " FROM (SELECT g AS n, 1 + g % ($2 / 10) AS a FROM generate_series(1, $2) g) made",
    "INSERT INTO post_stats (post_id) SELECT $1 + n * 6400 FROM generate_series(1, $2) n"
    " WHERE $3 <> '' AND $4 IS NOT NULL",
    # Twelve of five thousand words, and in every fifth post one that nobody else uses.
    "INSERT INTO search_posts (post_id, author_id, is_open, words)"
    " SELECT $1 + n * 6400, $1 + (1 + n % ($2 / 10)) * 64000, true, to_tsvector('simple',"
    " (SELECT string_agg('word' || (n * 7919 + w * w * 104729 + length($3)) % 5000, ' ') FROM"
    " generate_series(1, 12) w)"
    " || CASE WHEN n % 5 = 0 THEN ' ' || md5($3 || n) ELSE '' END) FROM generate_series(1, $2) n WHERE $4"
    " IS NOT NULL",
    "INSERT INTO hashtags (name, created_at) SELECT 'tag' || $3 || 'x' || n, $4 FROM generate_series(1,"
    " $2 / 20) n"
    " WHERE $1 > 0",
    "INSERT INTO post_hashtags (post_id, hashtag_id) SELECT $1 + n * 6400, h.id FROM generate_series(1, $2) n"
    " JOIN hashtags h ON h.name = 'tag' || $3 || 'x' || (1 + n % ($2 / 20)) WHERE $4 IS NOT NULL",
    "INSERT INTO media (id, account_id, post_id, kind, remote_url, created_at)"
    " SELECT $1 + n * 6400 + 1, $1 + (1 + n % ($2 / 10)) * 64000, $1 + n * 6400, 'image',"
    " 'https://far.test/files/' || $3 || 'x' || n || '.jpg', $4 FROM generate_series(1, $2, 3) n",
    "INSERT INTO remote_files (digest, url, created_at) SELECT encode(sha256(convert_to(u, 'UTF8')),"
    " 'hex'), u, $4"
    " FROM (SELECT 'https://far.test/files/' || $3 || 'x' || n || '.jpg' AS u FROM generate_series(1, $2,"
    " 3) n"
    " UNION ALL SELECT 'https://far' || n % 50 || '.test/avatars/' || $3 || 'x' || n || '.png'"
    " FROM generate_series(1, $2 / 10) n) f WHERE $1 > 0",
    "INSERT INTO inbound_activities (actor_uri, uri, kind, host, body, state, due_at, created_at,"
    " finished_at)"
    " SELECT 'https://far.test/' || $3 || 'x' || n, 'https://far.test/activities/' || $3 || 'x' || n,"
    " 'Announce',"
    " 'relay.test', decode(repeat(md5(n::text), 60), 'hex'), 'done', $4, $4, $4 FROM generate_series(1, $2) n"
    " WHERE $1 > 0",
)


_LARGEST = """
    SELECT relname AS name, pg_table_size(oid) AS heap, pg_indexes_size(oid) AS indexes FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
    ORDER BY pg_total_relation_size(oid) DESC LIMIT 12
"""


async def _relay(day: int, at: datetime) -> None:
    for statement in _DAY:
        for name, kind in (("$1", "bigint"), ("$2", "int"), ("$3", "text"), ("$4", "timestamptz")):
            statement = statement.replace(name, f"{name}::{kind}")
        await db.execute(statement, ids.first_id_at(at), POSTS, str(day), at)


async def _look(day: int, kept_in: Path) -> None:
    """People look at some pictures: copies are made."""
    rows = await db.fetch(
        "SELECT id FROM remote_files WHERE url LIKE $1 ORDER BY id LIMIT $2",
        f"https://far.test/files/{day}x%",
        COPIES,
    )
    assert len(rows) == COPIES
    for row in rows:
        key = port.store().new_key("jpg")
        assert await remote_files.take(row["id"], key, "image/jpeg", COPY_BYTES, clock.now())
        await port.store().put(key, secrets.token_bytes(COPY_BYTES), "image/jpeg")
        await remote_files.finish(row["id"], key, clock.now())
    assert kept_in.is_dir()


async def _live(member: Person, author: Account, day: int) -> list[int]:
    """What a member does on a day: posts that are received as always, and some that they keep."""
    for _ in range(RECEIVED):
        await make.remote_post(author)
    some = await db.fetch(
        "SELECT id FROM posts WHERE NOT local AND boost_of_id IS NULL AND in_reply_to_id IS NULL"
        " AND uri LIKE $1 ORDER BY id DESC LIMIT 4",
        f"%/users/{day}x%",
    )
    liked, marked, boosted, answered = (int(row["id"]) for row in some)
    await likes.like(member.id, liked)
    await likes.bookmark(member.id, marked)
    await boosts.boost(member.id, boosted)
    await make.post(member, f"answer of day {day}", reply_to=answered)
    return [liked, marked, boosted, answered]


async def _clear() -> None:
    """What workers do in a day, and autovacuum with them."""
    await discarding.sweep()
    await tidying.forget_finished_work()
    await tidying.forget_expired()
    freed = await pruning.prune(120.0)
    assert not any(done.failure for done in freed.values()), freed
    await db.execute("VACUUM")


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_thirty_days_with_a_relay(runtime: Runtime, tmp_path: Path) -> None:
    runtime.config = changed(
        runtime.config,
        storage={
            "remote_posts_bytes": POSTS_BUDGET,
            "keep_days": KEEP_DAYS,
            "accounts_days": 3,
            "tombstones_days": 5,
        },
        media={"remote_cache_bytes": COPIES_BUDGET},
    )
    runtime.bind()
    files = tmp_path / "media"
    begin = timedelta(days=-DAYS)
    clock.shift(begin)
    ids._last_ms = 0
    member, author = await make.person(), await make.stranger()
    await make.follow(member, author)
    kept: list[int] = []
    tables: list[int] = []
    for day in range(1, DAYS + 1):
        clock.shift(begin + timedelta(days=day))
        await _relay(day, clock.now() - timedelta(hours=1))
        await _look(day, files)
        kept += await _live(member, author, day)
        await _clear()
        measured, on_disk = await sizes.remote_posts(), sum(row["bytes"] for row in await sizes.tables())
        copies = sum(path.stat().st_size for path in files.rglob("*") if path.is_file())
        tables.append(on_disk)
        log.info(
            "day %d: %d posts, %.1f MB of %.0f; tables %.1f MB; copies %.2f MB",
            day,
            measured.posts,
            measured.bytes / 1e6,
            POSTS_BUDGET / 1e6,
            on_disk / 1e6,
            copies / 1e6,
        )
        if day in (FULL_AFTER, DAYS):
            for row in await db.fetch(_LARGEST):
                log.info(
                    "  %s: rows %.2f MB, indexes %.2f MB",
                    row["name"],
                    row["heap"] / 1e6,
                    row["indexes"] / 1e6,
                )
        assert copies <= COPIES_BUDGET
        assert measured.bytes <= POSTS_BUDGET * 1.1
    # It was filled, and stood still from then on. Tables do; a page of an index stays for one post of its day
    # that is kept (docs/admin/storage.md): a tenth more at most.
    assert max(tables[:5]) < tables[FULL_AFTER] * 0.8
    assert max(tables[FULL_AFTER:]) <= tables[FULL_AFTER] * 1.1, tables
    rows = await db.fetch("SELECT id FROM posts WHERE id = ANY($1)", kept)
    assert len(rows) == len(kept) == 4 * DAYS
    # A thread that was answered is whole.
    assert (
        await db.fetch_value("SELECT count(*) FROM posts WHERE in_reply_to_id IS NOT NULL AND local") == DAYS
    )
    orphans = await db.fetch_value(
        "SELECT count(*) FROM posts p WHERE p.in_reply_to_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM posts q WHERE q.id = p.in_reply_to_id)"
    )
    assert orphans == 0
    total = {row["kind"]: row["total_rows"] for row in await prunings.listing()}
    assert total["strangers"] > POSTS * 10
    assert total["accounts"] > 0
    assert total["remote_files"] > 0
    assert total["hashtags"] > 0
