"""The schema of the database: which migrations are missing, and applying them."""

from __future__ import annotations

from typing import Any, cast

from tortoise.apps import Apps
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor

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


async def _run(config: Config, *, dry_run: bool) -> list[str]:
    settings = tortoise_config(config.database.url, pool_size=2, statement_timeout_seconds=3600)
    async with TortoiseContext() as context:
        await context.init(config=settings)
        executor = MigrationExecutor(context.db(), cast(dict[str, dict[Any, Any]], settings["apps"]))
        steps = await executor.plan(None)
        names = [f"{step.migration.app_label}.{step.migration.name}" for step in steps]
        if names and not dry_run:
            await executor.migrate(None, fake=False, dry_run=False, direction="forward")
        return names
