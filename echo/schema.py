"""The schema of the database: which migrations are missing, and applying them."""

from __future__ import annotations

import asyncio
import logging
import pkgutil
import random
from typing import Any, cast

from asyncpg import LockNotAvailableError
from tortoise.apps import Apps
from tortoise.context import TortoiseContext
from tortoise.exceptions import OperationalError
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import AddField, CreateModel, RunSQL
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps

import migrations
from echo.config import Config
from echo.connecting import tortoise_config
from echo.db import OUTAGES, behind

# Below the second after which PostgreSQL looks for deadlocks.
_LOCK_TIMEOUT_MS = 700
_ATTEMPTS = 100
_PAUSE_SECONDS = 1.0

log = logging.getLogger(__name__)


async def migrate(config: Config, *, until: str = "") -> list[str]:
    """Apply what is missing. Returns the names of the migrations that were applied.

    Shapes:  until: the last one to apply, for programs that look at earlier states; empty: all
    """
    return await _run(config, until, dry_run=False)


async def pending(config: Config) -> list[str]:
    """The migrations that are not applied yet."""
    return await _run(config, "", dry_run=True)


def known() -> set[str]:
    """The names of all migrations of this release."""
    return {f"echo.{name}" for _, name, _ in pkgutil.iter_modules(migrations.__path__) if name[0].isdigit()}


async def make(config: Config) -> list[str]:
    """Write the migrations that today's models need, for a developer; their paths."""
    settings = tortoise_config(config.database.url)
    async with TortoiseContext() as context:
        await context.init(config=settings)
        apps = cast(dict[str, dict[Any, Any]], settings["apps"])
        return await MigrationAutodetector(cast(Apps, context.apps), apps).write()


class _Models(StateApps):
    """Tortoise's picture of the models. It is not asked for rows: whatever is for that alone is left out."""

    def _build_initial_querysets(self) -> None:
        for app in self.apps.values():
            for model in app.values():
                if model._meta.indexes:
                    model._meta._resolve_index_expressions()


class _Step(Migration):
    """A migration that copies the picture of all models only for operations that look at how it was before.

    Copying takes longer than most statements; of a first start it would be the greater part.
    """

    def __init__(self, read: Migration) -> None:
        super().__init__(read.name, read.app_label)
        for name, value in vars(read).items():
            setattr(self, name, value)
        self.atomic = read.atomic

    async def apply(
        self,
        state: State,
        *,
        dry_run: bool = False,
        schema_editor: BaseSchemaEditor | None = None,
        collect_sql: bool = False,
    ) -> State:
        for operation in self.operations:
            before = state if isinstance(operation, _LOOK_FORWARD) else state.clone()
            operation.state_forward(self.app_label, state)
            if schema_editor is not None and not dry_run:
                await self._run_database_forward(
                    operation, before, state, schema_editor, supports_transactions=True
                )
        state.validate_relations_initialized()
        return state


# Operations that need to know only what shall be.
_LOOK_FORWARD = (CreateModel, AddField, RunSQL)


class _Loader(MigrationLoader):
    """Loads migrations as steps of ours."""

    def load_disk(self) -> None:
        super().load_disk()
        for key, migration in self.disk_migrations.items():
            self.disk_migrations[key] = _Step(migration)


class _Executor(MigrationExecutor):
    """Applies migrations over a picture of ours."""

    async def _project_state(self, applied: set[MigrationKey], *, upto: MigrationKey | None = None) -> State:
        state = State(
            models={},
            apps=_Models(default_connections=dict.fromkeys(self.loader.apps_config, "default")),
        )
        for key in self._full_plan():
            migration = self.loader.graph.nodes[key]
            if key in applied and migration is not None:
                await migration.apply(state, dry_run=True)
        return state


async def _run(config: Config, until: str, *, dry_run: bool) -> list[str]:
    targets = [MigrationTarget("echo", until)] if until else None
    settings = tortoise_config(
        config.database.url, pool_size=2, statement_timeout_seconds=3600, lock_timeout_ms=_LOCK_TIMEOUT_MS
    )
    async with TortoiseContext() as context:
        await context.init(config=settings)
        apps = cast(dict[str, dict[Any, Any]], settings["apps"])
        executor = _Executor(context.db(), apps)
        executor.loader = _Loader(apps, executor.recorder, load=False)
        steps = await executor.plan(targets)
        names = [f"{step.migration.app_label}.{step.migration.name}" for step in steps]
        if names and not dry_run:
            await _apply(context, executor, apps, targets)
        return names


async def _apply(
    context: TortoiseContext,
    executor: _Executor,
    apps: dict[str, dict[Any, Any]],
    targets: list[MigrationTarget] | None,
) -> None:
    """Apply what is missing while the server is in use, giving way to it.

    Whoever waits for a lock on a table makes everybody wait who comes after. So a migration that does not get
    its locks at once gives up, before PostgreSQL takes it for a deadlock and ends somebody's request, and
    tries again: what it had done is rolled back.
    """
    for attempt in range(_ATTEMPTS):
        try:
            await executor.migrate(targets, fake=False, dry_run=False, direction="forward")
            return
        except (OperationalError, *OUTAGES) as error:
            if not isinstance(behind(error), LockNotAvailableError) or attempt == _ATTEMPTS - 1:
                raise
            log.info("a table is busy: the migration waits for a better moment")
        await asyncio.sleep(random.uniform(0.2, 1.0) * _PAUSE_SECONDS)  # noqa: S311
        executor = _Executor(context.db(), apps)
        executor.loader = _Loader(apps, executor.recorder, load=False)
