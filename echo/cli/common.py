"""What every command shares: which data directory, which configuration, how to answer."""

from __future__ import annotations

import json as json_module
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from echo.config import Config
from echo.config.load import find_files, load
from echo.embedded import find_engines, start_engines
from echo.errors import EchoError
from echo.runtime import Runtime, open_runtime
from echo.schema import migrate, pending

Flags = Mapping[str, Mapping[str, object]]


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Common:
    """Options of every command."""

    data: Annotated[Path, Parameter(env_var="ECHO_DATA")] = Path(".data")
    "Data directory: engines, media, mail."

    config: Annotated[Path | None, Parameter(env_var="ECHO_CONFIG")] = None
    "Configuration file. Default: ./config.toml, then config.toml of the data directory."

    json: Annotated[bool, Parameter(negative="")] = False
    "Answer in JSON."


def load_config(common: Common, flags: Flags | None = None) -> Config:
    """The configuration that this command works with. Raises ConfigError."""
    return load(find_files(common.data, common.config), os.environ, flags)


def with_engines(config: Config, database_url: str, redis_url: str) -> Config:
    """The configuration with the addresses of embedded engines where none are given."""
    return msgspec.structs.replace(
        config,
        database=msgspec.structs.replace(config.database, url=config.database.url or database_url),
        redis=msgspec.structs.replace(config.redis, url=config.redis.url or redis_url),
    )


@contextmanager
def engines_for(config: Config, data: Path) -> Iterator[Config]:
    """The configuration with engines that run: those of a running `up`, external ones, or started for now."""
    needs_postgres, needs_valkey = not config.database.url, not config.redis.url
    if not needs_postgres and not needs_valkey:
        yield config
        return
    running = find_engines(data)
    if running is not None:
        yield with_engines(config, running.database_url, running.redis_url)
        return
    started = start_engines(data, postgres=needs_postgres, valkey=needs_valkey)
    try:
        yield with_engines(
            config,
            started.database_url if needs_postgres else "",
            started.redis_url if needs_valkey else "",
        )
    finally:
        started.stop()


@asynccontextmanager
async def opened(common: Common) -> AsyncIterator[Runtime]:
    """An open runtime on the data directory of this command."""
    with engines_for(load_config(common), common.data) as config:
        await _migrate_or_explain(config, common)
        runtime = await open_runtime(config, common.data)
        try:
            yield runtime
        finally:
            await runtime.close()


async def _migrate_or_explain(config: Config, common: Common) -> None:
    """An embedded database that nobody serves is brought up to date; others are their operator's."""
    missing = await pending(config)
    if not missing:
        return
    if load_config(common).database.url or not _is_ours(common):
        raise EchoError(f"The database lacks {len(missing)} migrations: run `echoctl migrate`")
    await migrate(config)


def _is_ours(common: Common) -> bool:
    """Whether this very process runs the engines of the data directory."""
    running = find_engines(common.data)
    return running is not None and running.owner_pid == os.getpid()


def say(common: Common, document: object, text: str) -> None:
    """Answer: the document with --json, else the text."""
    if common.json:
        sys.stdout.write(json_module.dumps(document, default=str, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(text + "\n")


def table(rows: list[dict[str, object]], empty: str = "nothing") -> str:
    """Rows as aligned columns for people."""
    if not rows:
        return empty
    names = list(rows[0])
    cells = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.1f}"
    return str(value).replace("\n", " ")[:80]
