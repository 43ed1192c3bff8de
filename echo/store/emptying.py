"""Emptying the database, for tests and new beginnings."""

from __future__ import annotations

from echo import db


async def empty_database() -> None:
    """Delete every row of every table of ours; the schema and what migrated it stay."""
    rows = await db.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        " AND tablename NOT LIKE '%migration%'"
    )
    tables = ", ".join(f'"{row["tablename"]}"' for row in rows)
    if tables:
        await db.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


async def learn_statistics() -> None:
    """Let PostgreSQL look at all tables, so that it plans well from the first request on."""
    rows = await db.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    for table in [row["tablename"] for row in rows]:
        await db.execute(f'ANALYZE "{table}"')
