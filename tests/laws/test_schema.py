"""The schema: what the models say, what the migrations make, and what stands in the database are one."""

from __future__ import annotations

import ast
import re
from typing import Any, cast

from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

from echo import db, models
from echo.config import Config
from echo.connecting import tortoise_config
from echo.runtime import Runtime
from echo.schema import migrate
from tests.laws.tree import ROOT, name_of, parsed, sources, tracked

NUMBERED = re.compile(r"(\d{4})_[a-z0-9_]+\.py")


def _tables() -> dict[str, Any]:
    """Every model by its table."""
    found = {}
    for value in vars(models).values():
        meta = getattr(value, "_meta", None)
        if meta is not None and meta.db_table:
            found[meta.db_table] = value
    return found


async def test_no_model_changed_without_a_migration(migrated: Config) -> None:
    """What `makemigrations` would write is nothing."""
    settings = tortoise_config(migrated.database.url)
    async with TortoiseContext() as context:
        await context.init(config=settings)
        assert context.apps is not None
        apps = cast(dict[str, dict[Any, Any]], settings["apps"])
        writers = await MigrationAutodetector(context.apps, apps).changes()
        assert [operation for writer in writers for operation in writer.operations] == []
    assert await migrate(migrated) == []  # a second run changes nothing


async def test_the_columns_of_the_database_are_those_of_the_models(runtime: Runtime) -> None:
    rows = await db.fetch(
        "SELECT table_name, column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND table_name NOT LIKE '%migration%'"
    )
    stored: dict[str, dict[str, bool]] = {}
    for row in rows:
        stored.setdefault(row["table_name"], {})[row["column_name"]] = row["nullable"]
    declared = {
        table: {
            field.source_field or name: bool(field.null) for name, field in model._meta.fields_map.items()
        }
        for table, model in _tables().items()
    }
    assert stored == declared
    assert len(declared) > 25
    assert runtime.config.database.url


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = sorted(
        int(match[1])
        for path in tracked()
        if path.parent == ROOT / "migrations" and (match := NUMBERED.fullmatch(path.name))
    )
    assert numbers == list(range(1, len(numbers) + 1))


def test_history_does_not_know_the_models() -> None:
    """Models change, history must not."""
    for path in tracked():
        if path.parent == ROOT / "migrations" and path.suffix == ".py":
            for node in ast.walk(parsed(path)):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    names = {getattr(node, "module", "") or ""} | {alias.name for alias in node.names}
                    mine = {name for name in names if name.startswith("echo")}
                    assert mine <= {"echo.columns"}, f"{name_of(path)} imports {mine}"


# What may stand in the text of a statement: constants, conditions made of constants, and names of tables and
# columns that our own code hands in. Values are bound, always.
PIECES = {
    "account",
    "author",
    "column",
    "condition",
    "cursor_sql",
    "followee",
    "follower",
    "known",
    "order_sql",
    "parameter",
    "post",
    "source",
    "table",
    "viewer",
    "wanted",
    "who",
}
CONDITIONS = re.compile(
    r"(_?[A-Z][A-Z_]*(\.replace\(.*\))?|(visible_to|avoided_by|estranged_from|seen_by|right_as_sql|_gone_quote|_poll|follows|names|has|int|tallies|(cursor|page)\.\w+|wanted\.condition)\(.*\)"
    r"|(loading\.)?columns\(.*\)|model\._meta\.db_table)"
)
DIRECTION = "'ASC' if self.is_upward else 'DESC'"


def test_s_i04_no_statement_is_made_of_values() -> None:
    for path in sources("echo"):
        for node in ast.walk(parsed(path)):
            for value in node.values if isinstance(node, ast.JoinedStr) and _is_sql(node) else ():
                if isinstance(value, ast.FormattedValue):
                    said = ast.unparse(value.value)
                    is_known = said in PIECES or said == DIRECTION or CONDITIONS.fullmatch(said)
                    assert is_known, f"{name_of(path)}:{node.lineno} puts {said} into a statement"


def _is_sql(node: ast.JoinedStr) -> bool:
    text = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
    return bool(re.search(r"\b(SELECT|UPDATE|INSERT|DELETE|WHERE|AND|ORDER BY)\b", text))
