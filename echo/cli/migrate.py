"""`echoctl migrate`: bring the database to the schema of this release."""

from __future__ import annotations

from typing import Annotated, Any, cast

from cyclopts import Parameter
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor

from echo.cli.common import Common, engines_for, load_config, say
from echo.config import Config
from echo.db import tortoise_config


async def migrate(config: Config) -> list[str]:
    """Apply what is missing. Returns the names of the migrations that were applied."""
    return await _run(config, dry_run=False)


async def pending(config: Config) -> list[str]:
    """The migrations that are not applied yet."""
    return await _run(config, dry_run=True)


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


async def migrate_command(
    *, check: Annotated[bool, Parameter(negative="")] = False, common: Common = Common()
) -> int:
    """Apply the migrations that are missing.

    Parameters
    ----------
    check: Only say what is missing; exit status 1 when something is.
    """
    with engines_for(load_config(common), common.data) as config:
        names = await (pending(config) if check else migrate(config))
    done = "missing" if check else "applied"
    say(common, {done: names}, "\n".join(f"{done}: {name}" for name in names) or "nothing to do")
    return int(check and bool(names))
