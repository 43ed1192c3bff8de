"""The schema of the database: which migrations are missing, and applying them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from tortoise.apps import Apps
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.operations import Operation, RunSQL

from echo.config import Config
from echo.db import tortoise_config


async def migrate(config: Config) -> list[str]:
    """Apply what is missing. Returns the names of the migrations that were applied."""
    return await _run(config, dry_run=False)


async def pending(config: Config) -> list[str]:
    """The migrations that are not applied yet."""
    return await _run(config, dry_run=True)


async def make(config: Config) -> list[str]:
    """Write the migrations that today's models need, for a developer; their paths."""
    settings = tortoise_config(config.database.url)
    async with TortoiseContext() as context:
        await context.init(config=settings)
        apps = cast(dict[str, dict[Any, Any]], settings["apps"])
        return await MigrationAutodetector(cast(Apps, context.apps), apps).write()


class _Loader(MigrationLoader):
    """Loads migrations with statements that follow each other made one operation.

    Before each operation Tortoise copies its picture of every model, which takes longer than most statements:
    with one copy for each of them half the time of a first start would go into that.
    """

    def load_disk(self) -> None:
        super().load_disk()
        for migration in self.disk_migrations.values():
            migration.operations = _merged(migration.operations)


def _merged(operations: Sequence[Operation]) -> list[Operation]:
    merged: list[Operation] = []
    for operation in operations:
        if not _is_plain_sql(operation):
            merged.append(operation)
        elif merged and isinstance(before := merged[-1], RunSQL) and isinstance(before.sql, list):
            before.sql.append(cast(RunSQL, operation).sql)
        else:
            merged.append(RunSQL([cast(RunSQL, operation).sql]))
    return merged


def _is_plain_sql(operation: Operation) -> bool:
    """Whether it is one statement in the transaction of its migration."""
    return isinstance(operation, RunSQL) and isinstance(operation.sql, str) and operation.atomic is None


async def _run(config: Config, *, dry_run: bool) -> list[str]:
    settings = tortoise_config(config.database.url, pool_size=2, statement_timeout_seconds=3600)
    async with TortoiseContext() as context:
        await context.init(config=settings)
        apps = cast(dict[str, dict[Any, Any]], settings["apps"])
        executor = MigrationExecutor(context.db(), apps)
        executor.loader = _Loader(apps, executor.recorder, load=False)
        steps = await executor.plan(None)
        names = [f"{step.migration.app_label}.{step.migration.name}" for step in steps]
        if names and not dry_run:
            await executor.migrate(None, fake=False, dry_run=False, direction="forward")
        return names
