"""R-27: what each migration does to tables that are in use, as PostgreSQL says it.

All migrations are applied to an empty database. Before each is committed PostgreSQL is asked which locks it
holds, which tables it has written anew, and which it has read from end to end. With millions of rows the last
two take minutes, and whoever wants what is locked meanwhile waits for so long. Nothing here measures time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec
import pytest
from tortoise.migrations.operations import RunSQL
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

from echo import schema
from echo.config import Config
from tests.fediverse import database_beside

pytestmark = pytest.mark.slow

# The last one that reads a table while nobody can write to it: those before were written when nobody had one
# with millions of rows, and history is not changed.
LAST_OF_OLD = "0054_approvals"
# Whoever holds one of these keeps others from writing, or from reading too; or has changed rows, and keeps
# those from others.
HOLDING = {
    "RowExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
}

_TABLES = """
    SELECT c.oid::bigint AS id, c.relname AS name, pg_relation_filenode(c.oid)::bigint AS file,
        coalesce(s.seq_scan, 0) AS scans,
        ARRAY(SELECT l.mode FROM pg_locks l WHERE l.relation = c.oid AND l.pid = pg_backend_pid()) AS modes
    FROM pg_class c LEFT JOIN pg_stat_xact_all_tables s ON s.relid = c.oid
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
"""


# Asks PostgreSQL for rows.
Ask = Callable[[str], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Touched:
    """What a migration did to a table that was there before."""

    migration: str
    table: str
    modes: frozenset[str]
    is_rewritten: bool
    is_read: bool

    @property
    def is_slow(self) -> bool:
        return (self.is_rewritten or self.is_read) and bool(self.modes & HOLDING)

    @property
    def is_shut(self) -> bool:
        return "AccessExclusiveLock" in self.modes


@asynccontextmanager
async def watched(ask: Ask, name: str, touched: list[Touched]) -> AsyncIterator[None]:
    """Look at what is done inside, which has to be one transaction on the connection that is asked."""
    before = {row["id"]: row for row in await ask(_TABLES)}
    yield
    for row in await ask(_TABLES):
        old = before.get(row["id"])
        if old is not None and row["modes"]:
            is_rewritten, is_read = row["file"] != old["file"], row["scans"] > old["scans"]
            touched.append(Touched(name, row["name"], frozenset(row["modes"]), is_rewritten, is_read))


@pytest.fixture
async def beside(migrated: Config) -> AsyncIterator[Config]:
    """A database of its own, with nothing in it."""
    connection = await asyncpg.connect(migrated.database.url)
    try:
        await connection.execute("CREATE DATABASE echo_watched")
        url = database_beside(migrated.database.url, "echo_watched")
        database = msgspec.structs.replace(migrated.database, url=url)
        yield msgspec.structs.replace(migrated, database=database)
        await connection.execute("DROP DATABASE echo_watched WITH (FORCE)")
    finally:
        await connection.close()


async def test_no_migration_reads_or_rewrites_a_table_that_it_holds(
    beside: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched: list[Touched] = []
    apart: list[str] = []

    class Step(schema._Step):
        async def apply(
            self,
            state: State,
            *,
            dry_run: bool = False,
            schema_editor: BaseSchemaEditor | None = None,
            collect_sql: bool = False,
        ) -> State:
            if schema_editor is None or dry_run:
                return await super().apply(state, dry_run=dry_run, schema_editor=schema_editor)
            if not schema_editor.atomic_migration:
                apart.extend(f"{self.name}: {one}" for one in self.operations if not _is_patient(one))
                return await super().apply(state, schema_editor=schema_editor)
            async with watched(schema_editor.client.execute_query_dict, self.name, touched):
                return await super().apply(state, schema_editor=schema_editor)

    monkeypatch.setattr(schema, "_Step", Step)
    await schema.migrate(beside)
    slow = sorted({(one.migration, one.table) for one in touched if one.is_slow})
    assert (LAST_OF_OLD, "posts") in slow, "nothing is seen any more"
    new = [each for each in slow if each[0] > LAST_OF_OLD]
    assert not new, f"make indexes CONCURRENTLY, constraints NOT VALID, and change rows in batches: {new}"
    assert not apart, f"outside of a transaction, other than what waits for nobody: {apart}"
    shut: dict[str, set[str]] = {}
    for one in touched:
        if one.is_shut and one.migration > LAST_OF_OLD:
            shut.setdefault(one.migration, set()).add(one.table)
    many = {name: tables for name, tables in shut.items() if len(tables) > 1}
    assert not many, f"make two migrations: they wait for each other with whoever reads both tables: {many}"


def _is_patient(operation: object) -> bool:
    """Whether it may take hours outside of a transaction, and nobody waits for it."""
    sql = str(operation.sql).upper() if isinstance(operation, RunSQL) else ""
    return " CONCURRENTLY " in sql or " VALIDATE CONSTRAINT " in sql


@pytest.mark.parametrize(
    ("sql", "is_slow"),
    [
        ("ALTER TABLE big ADD COLUMN later int NOT NULL DEFAULT 0", False),
        ("ALTER TABLE big ADD COLUMN later double precision DEFAULT random()", True),
        ("ALTER TABLE big ALTER COLUMN note TYPE varchar(100)", True),
        ("ALTER TABLE big ALTER COLUMN note SET NOT NULL", True),
        ("ALTER TABLE big ADD CONSTRAINT few CHECK (id >= 0)", True),
        ("ALTER TABLE big ADD CONSTRAINT few CHECK (id >= 0) NOT VALID", False),
        ("CREATE INDEX later ON big (note)", True),
        ("UPDATE big SET note = note || '!'", True),
        ("CREATE TABLE later (big_id bigint REFERENCES big (id))", False),
    ],
)
async def test_what_is_slow_is_seen(migrated: Config, sql: str, *, is_slow: bool) -> None:
    connection = await asyncpg.connect(migrated.database.url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("CREATE TABLE big (id bigint PRIMARY KEY, note text)")
        touched: list[Touched] = []
        async with watched(connection.fetch, "this one", touched):
            await connection.execute(sql)
        await transaction.rollback()
        assert [one.table for one in touched if one.is_slow] == (["big"] if is_slow else [])
    finally:
        await connection.close()
