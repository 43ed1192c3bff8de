"""`python -m bench.migrating`: what people notice of migrations that run on big tables while they are busy.

A PostgreSQL of its own gets the schema as one migration left it, is filled, and is used by clients that read
and write; then the migrations after that one run as `echoctl migrate` runs them. The clients speak SQL: only
the release of that time could serve its schema, and what may keep people waiting are locks and a busy disk.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from bench.figures import percentile
from echo.config.load import load
from echo.embedded import engines
from echo.schema import known, migrate

CLIENTS = 6
# Rows for each post, as a server had them that was looked at.
POSTS_OF_ONE, POSTS_OF_HASHTAG, POSTS_OF_TOMBSTONE = 25, 15, 5
BATCH = 250_000
CALM_SECONDS = 30.0
_LOOK_SECONDS = 0.01
_FIRST_ID, _STEP = 100_000_000_000_000_000, 64_000

# Of $1 posts up to $2; accounts first, which posts name.
_FILL = (
    "INSERT INTO accounts (id, username, username_key, domain, uri, host, created_at, fetched_at)"
    " SELECT n, 'r' || n, 'r' || n, 'far' || n % 5000 || '.test', 'https://far.test/users/' || n,"
    f" 'far' || n % 5000 || '.test', now(), now() FROM generate_series($1 / {POSTS_OF_ONE} + 1,"
    f" $2 / {POSTS_OF_ONE}) n",
    "INSERT INTO account_stats (account_id) SELECT n FROM"
    f" generate_series($1 / {POSTS_OF_ONE} + 1, $2 / {POSTS_OF_ONE}) n",
    "INSERT INTO posts (id, uri, author_id, local, visibility, html, thread_id, language, created_at)"
    f" SELECT {_FIRST_ID} + n * {_STEP}, 'https://far.test/posts/' || n,"
    f" 1 + (n * 7919) % ($2 / {POSTS_OF_ONE}), false, 'public', '<p>' || repeat(md5(n::text), 6) || '</p>',"
    f" {_FIRST_ID} + n * {_STEP}, 'en', now() FROM generate_series($1 + 1, $2) n",
    f"INSERT INTO post_stats (post_id) SELECT {_FIRST_ID} + n * {_STEP} FROM generate_series($1 + 1, $2) n",
    "INSERT INTO hashtags (name, created_at) SELECT 'tag' || n, now() FROM"
    f" generate_series($1 / {POSTS_OF_HASHTAG} + 1, $2 / {POSTS_OF_HASHTAG}) n",
    "INSERT INTO tombstones (uri, created_at) SELECT 'https://far.test/gone/' || n, now() FROM"
    f" generate_series($1 / {POSTS_OF_TOMBSTONE} + 1, $2 / {POSTS_OF_TOMBSTONE}) n",
)
_PAGE = """
    SELECT p.*, a.*, s.*, t.* FROM posts p JOIN accounts a ON a.id = p.author_id
    JOIN account_stats s ON s.account_id = a.id JOIN post_stats t ON t.post_id = p.id
    WHERE p.id < $1 ORDER BY p.id DESC LIMIT 20
"""
_LOOK_UP = """
    SELECT (SELECT count(*) FROM hashtags WHERE name = $1), (SELECT count(*) FROM tombstones WHERE uri = $2),
           (SELECT count(*) FROM chats WHERE id = $3), (SELECT count(*) FROM chat_events WHERE id = $3),
           (SELECT count(*) FROM featured_tags WHERE id = $3)
"""
_WRITE = (
    "INSERT INTO posts (id, uri, author_id, local, visibility, thread_id, created_at)"
    " VALUES ($1, 'https://here.test/' || $1::bigint, $2, true, 'public', $1, now())",
    "INSERT INTO post_stats (post_id) SELECT $1::bigint WHERE $2::bigint > 0",
    "INSERT INTO hashtags (name, created_at) SELECT 'new' || $1::bigint, now() WHERE $2::bigint > 0",
    "INSERT INTO tombstones (uri, created_at) SELECT 'https://here.test/gone/' || $1::bigint, now()"
    " WHERE $2::bigint > 0",
    "UPDATE account_stats SET posts = posts + 1 WHERE account_id = $2 AND $1::bigint > 0",
)
_WAITS = """
    SELECT coalesce(max(extract(epoch FROM clock_timestamp() - l.waitstart)) * 1000, 0)::float8
    FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE NOT l.granted AND a.application_name = 'client'
"""
# As `echoctl migrate`, which would first make a copy of it all.
_MIGRATE = """
import asyncio, os
from echo.config.load import load
from echo.schema import migrate
print("\\n".join(asyncio.run(migrate(load([], os.environ)))))
"""


@dataclass(slots=True)
class Seen:
    """What clients met while something went on.

    Shapes:  longest: migration -> ms of the longest visit that ended while it, or a wait for it, went on
    """

    visits: list[float] = field(default_factory=list)
    waited_ms: float = 0.0
    longest: dict[str, float] = field(default_factory=dict)

    def line(self, name: str) -> str:
        at = sorted(self.visits)
        return (
            f"{name}: {len(at)} visits, p50 {percentile(at, 0.5):.1f} ms, p99 {percentile(at, 0.99):.1f} ms,"
            f" longest {at[-1]:.0f} ms, longest wait for a lock {self.waited_ms:.0f} ms"
        )


class Clients:
    """People who do not stop; what they meet is noted in `seen`."""

    def __init__(self, url: str, posts: int) -> None:
        self._url, self._posts = url, posts
        self._writes = 0
        self.seen = Seen()
        self.migration = ""

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look())
            for number in range(CLIENTS):
                group.create_task(self._live(random.Random(number)))

    async def _live(self, chance: random.Random) -> None:
        connection = await asyncpg.connect(self._url, server_settings={"application_name": "client"})
        while True:
            began = time.perf_counter()
            if chance.random() < 0.5:
                await connection.fetch(_PAGE, _FIRST_ID + chance.randint(1, self._posts) * _STEP)
            elif chance.random() < 0.5:
                nobody = chance.randint(1, self._posts)
                await connection.fetch(_LOOK_UP, f"tag{nobody}", f"https://far.test/gone/{nobody}", nobody)
            else:
                self._writes += 1
                id_ = _FIRST_ID + (self._posts + self._writes) * _STEP
                async with connection.transaction():
                    for statement in _WRITE:
                        await connection.execute(
                            statement, id_, chance.randint(1, self._posts // POSTS_OF_ONE)
                        )
            ms = (time.perf_counter() - began) * 1000
            self.seen.visits.append(ms)
            self.seen.longest[self.migration] = max(ms, self.seen.longest.get(self.migration, 0.0))
            await asyncio.sleep(0.01)

    async def _look(self) -> None:
        """Who waits for a lock now, and which migration was applied last."""
        connection = await asyncpg.connect(self._url)
        while True:
            self.seen.waited_ms = max(self.seen.waited_ms, await connection.fetchval(_WAITS))
            done = await connection.fetchval("SELECT name FROM tortoise_migrations ORDER BY id DESC LIMIT 1")
            self.migration = next((name for name in _names() if name > done), "")
            await asyncio.sleep(_LOOK_SECONDS)


def _names() -> list[str]:
    return sorted(name.removeprefix("echo.") for name in known())


async def fill(url: str, posts: int) -> None:
    """So many posts, and what comes with them."""
    connection = await asyncpg.connect(url)
    await connection.execute("SET synchronous_commit = off")
    for start in range(0, posts, BATCH):
        for statement in _FILL:
            statement = statement.replace("$1", "$1::bigint").replace("$2", "$2::bigint")
            await connection.execute(statement, start, min(start + BATCH, posts), timeout=3600)
        sys.stderr.write(f"{min(start + BATCH, posts):,} posts\n")
    await connection.execute("VACUUM ANALYZE", timeout=3600)
    await connection.close()


async def measure(url: str, posts: int) -> list[Seen]:
    """What clients meet without migrations, with them, and while the same program finds nothing to do.

    Raises:  RuntimeError when the migrations fail
    """
    clients = Clients(url, posts)
    running = asyncio.create_task(clients.run())
    await asyncio.sleep(CALM_SECONDS / 6)  # caches are warm then
    calm = clients.seen = Seen()
    await asyncio.sleep(CALM_SECONDS)
    phases = [calm]
    for _ in ("everything", "nothing"):
        clients.seen = Seen()
        phases.append(clients.seen)
        migrating = await asyncio.create_subprocess_exec(sys.executable, "-c", _MIGRATE)
        if await migrating.wait():
            raise RuntimeError("the migrations failed")
    if running.done():
        await running
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return phases


def main() -> None:
    """Fill, measure, and print what was seen."""
    parser = argparse.ArgumentParser(prog="python -m bench.migrating", description=__doc__)
    parser.add_argument(
        "--posts", type=int, default=100_000, help="5 million take about 20 GB and half an hour"
    )
    parser.add_argument(
        "--state", default="0054", help="the migration that the database is at, by its number"
    )
    given = parser.parse_args()
    state = next(name for name in _names() if name.startswith(given.state))
    with tempfile.TemporaryDirectory(prefix="echo-migrating-") as folder:
        Path(folder).chmod(0o755)
        with engines(Path(folder) / "data", valkey=False) as running:
            os.environ["ECHO_DATABASE__URL"] = running.database_url
            asyncio.run(migrate(load([], os.environ), until=state))
            asyncio.run(fill(running.database_url, given.posts))
            calm, busy, idle = asyncio.run(measure(running.database_url, given.posts))
    lines = [
        calm.line("nothing runs beside"),
        busy.line(f"from {state} to {_names()[-1]}"),
        idle.line("the same program, which finds nothing to do"),
    ]
    lines += [
        f"  {name or 'after the last'}: longest visit {ms:.0f} ms"
        for name, ms in sorted(busy.longest.items())
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
