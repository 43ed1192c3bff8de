"""PostgreSQL's programs that save and load a database: those of the embedded engine, or the system's."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path
from typing import IO, Any, cast

from echo.connecting import tortoise_config
from echo.embedded import EngineFailed, find_program
from echo.embedded.processes import describe_end
from echo.errors import EchoError


async def dump(url: str, snapshot: str, target: Path) -> None:
    """Write the database as it is in a snapshot, in pg_dump's own format. Raises EchoError."""
    await _run(
        url,
        "pg_dump",
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--snapshot={snapshot}",
        f"--file={target}",
    )


async def load(url: str, source: IO[bytes]) -> None:
    """Load a dump, all of it or nothing, over empty tables of ours that may be there. Raises EchoError."""
    database = str(_credentials(url)["database"])
    await _run(
        url,
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        f"--dbname={database}",
        source=source,
    )


async def contents(source: IO[bytes]) -> int:
    """How many things a dump holds, by its own table of contents. Raises EchoError for one that is broken."""
    said = await _run("", "pg_restore", "--list", source=source)
    return sum(1 for line in said.splitlines() if line and not line.startswith(b";"))


async def _run(url: str, name: str, *arguments: str, source: IO[bytes] | None = None) -> bytes:
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", **_environment(url)}
    process = await asyncio.create_subprocess_exec(
        _find(name),
        *arguments,
        stdin=asyncio.subprocess.DEVNULL if source is None else asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    feeding = asyncio.create_task(_feed(process, source)) if source is not None else None
    try:
        said, complained = await _hear(process)
        if feeding is not None:
            await feeding
    except BaseException:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise
    if process.returncode:
        why = complained.decode(errors="replace").strip()[-2000:] or describe_end(process.returncode)
        raise EchoError(f"{name} failed: {why}")
    return said


async def _hear(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    assert process.stdout is not None
    assert process.stderr is not None
    said, complained, _ = await asyncio.gather(process.stdout.read(), process.stderr.read(), process.wait())
    return said, complained


async def _feed(process: asyncio.subprocess.Process, source: IO[bytes]) -> None:
    assert process.stdin is not None
    try:
        while piece := await asyncio.to_thread(source.read, 1024 * 1024):
            process.stdin.write(piece)
            await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return  # it has ended, and its status says why
    finally:
        process.stdin.close()


def _find(name: str) -> str:
    try:
        return str(find_program(name))
    except EngineFailed as missing:
        found = shutil.which(name)
        if found is None:
            raise EchoError(f"{name} is not here: install the client programs of PostgreSQL") from missing
        return found


def _environment(url: str) -> dict[str, str]:
    """How libpq is told where to connect: no password stands in the list of processes."""
    if not url:
        return {}
    given = _credentials(url)
    names = {
        "PGHOST": "host",
        "PGPORT": "port",
        "PGUSER": "user",
        "PGPASSWORD": "password",
        "PGDATABASE": "database",
    }
    return {name: str(given[key]) for name, key in names.items() if given[key] is not None}


def _credentials(url: str) -> dict[str, object]:
    connections = cast(dict[str, Any], tortoise_config(url)["connections"])
    return cast(dict[str, object], connections["default"]["credentials"])
