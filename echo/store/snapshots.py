"""The database as it was at one moment, looked at for as long as it takes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import asyncpg

from echo.connecting import tortoise_config
from echo.db import OUTAGES, outage

# Every column that names a file that only we have. Copies of files of others can be fetched again.
_FILES = """
    SELECT file_key AS key FROM media WHERE discarded_at IS NULL
    UNION SELECT preview_key FROM media WHERE discarded_at IS NULL
    UNION SELECT source_key FROM media WHERE discarded_at IS NULL
    UNION SELECT avatar FROM accounts WHERE domain = ''
    UNION SELECT header FROM accounts WHERE domain = ''
    UNION SELECT file_key FROM custom_emojis
    UNION SELECT static_key FROM custom_emojis
    UNION SELECT image_key FROM cards
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A transaction that sees one moment; `name` lets pg_dump see the same."""

    name: str
    connection: asyncpg.Connection

    async def postgres_version(self) -> int:
        """As server_version_num: 180004."""
        return int(await self.connection.fetchval("SHOW server_version_num"))

    async def migrations(self) -> list[str]:
        """What was applied, in that order."""
        rows = await self.connection.fetch("SELECT app, name FROM tortoise_migrations ORDER BY id")
        return [f"{row['app']}.{row['name']}" for row in rows]

    async def tables(self) -> dict[str, int]:
        """The rows of every table."""
        return {
            table: int(await self.connection.fetchval(f'SELECT count(*) FROM "{table}"'))
            for table in await _table_names(self.connection)
        }

    async def orphans(self) -> int:
        """Posts whose author is not there."""
        found = await self.connection.fetchval(
            "SELECT count(*) FROM posts p"
            " WHERE NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = p.author_id)"
        )
        return int(found)

    async def keyless(self) -> int:
        """People here who have a log-in and no key."""
        found = await self.connection.fetchval(
            "SELECT count(*) FROM users u"
            " WHERE NOT EXISTS (SELECT 1 FROM account_keys k WHERE k.account_id = u.id)"
        )
        return int(found)

    async def files(self) -> AsyncIterator[str]:
        """The keys of all files that rows name, in order."""
        sql = f"SELECT key FROM ({_FILES}) AS k WHERE key <> '' AND key NOT LIKE '%://%' ORDER BY key"
        async for row in self.connection.cursor(sql, prefetch=1000):
            yield row["key"]


@asynccontextmanager
async def look(url: str) -> AsyncIterator[Snapshot]:
    """The database of this moment, on a connection of its own. Raises Unavailable."""
    connection = await _connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield Snapshot(str(await connection.fetchval("SELECT pg_export_snapshot()")), connection)
    finally:
        await connection.close(timeout=5)


async def people(url: str) -> int | None:
    """How many log-ins a database has; None when it has none of our tables. Raises Unavailable."""
    connection = await _connect(url)
    try:
        if await connection.fetchval("SELECT to_regclass('users')") is None:
            return None
        found = await connection.fetchval(
            "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM posts)"
            " + (SELECT count(*) FROM accounts WHERE domain <> '')"
        )
        return int(found)
    finally:
        await connection.close(timeout=5)


async def size_bytes(url: str) -> int:
    """What the database takes on the disk. Raises Unavailable."""
    connection = await _connect(url)
    try:
        return int(await connection.fetchval("SELECT pg_database_size(current_database())"))
    finally:
        await connection.close(timeout=5)


async def drop_tables(url: str) -> None:
    """Take away the tables of a database in which nobody is, so that another schema fits in."""
    connection = await _connect(url)
    try:
        tables = ", ".join(f'"{name}"' for name in await _table_names(connection))
        if tables:
            await connection.execute(f"DROP TABLE {tables} CASCADE")
    finally:
        await connection.close(timeout=5)


async def _connect(url: str) -> asyncpg.Connection:
    connections = cast(dict[str, Any], tortoise_config(url)["connections"])
    given = connections["default"]["credentials"]
    try:
        return await asyncpg.connect(
            **{key: given[key] for key in ("host", "port", "user", "password", "database")},
            server_settings={"application_name": "echo backup"},
        )
    except OUTAGES as error:
        raise outage(error) from error


async def _table_names(connection: asyncpg.Connection) -> list[str]:
    rows = await connection.fetch(
        "SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"
    )
    return [row["name"] for row in rows]
