"""`echoctl up`: everything on this machine, under one supervisor."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from echo import logs
from echo.actions import links, server_actor
from echo.actions.links import LinkKind
from echo.backup import records
from echo.cli.common import Common, Flags, with_engines
from echo.config import Config
from echo.config_load import find_files, load
from echo.config_write import render_changes
from echo.embedded import Role, Supervisor, start_engines
from echo.errors import EchoError
from echo.runtime import open_runtime
from echo.schema import migrate
from echo.server.door import open_listener
from echo.server.handover import Handover
from echo.server.roles import run_streaming, run_web
from echo.store import instance
from workers.roles import run_worker

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """What is said when everything serves."""

    url: str
    domain: str
    setup_url: str | None


def up(
    *,
    host: str | None = None,
    port: int | None = None,
    domain: str | None = None,
    dev: Annotated[bool | None, Parameter(negative="")] = None,
    common: Common = Common(),
) -> int:
    """Start Echo with embedded engines, and stay until Ctrl-C.

    Parameters
    ----------
    host: Address to listen on.
    port: Port to listen on.
    domain: Host in the handles of this server.
    dev: Development mode: plain http, ports in handles, peers on this machine.
    """
    common.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    config = effective_config(common, host=host, port=port, domain=domain, dev=dev)
    logs.configure(config.log)
    remember(common.data / "run.toml", render_changes(config))
    listener = listen(config)
    plain = config
    engines = start_engines(common.data, postgres=not config.database.url, valkey=not config.redis.url)
    try:
        if engines.running:
            config = with_engines(config, engines.database_url, engines.redis_url)
        ready = asyncio.run(prepare(config, plain, common.data))
        roles = roles_of(config, common.data, listener)
        supervisor = Supervisor(engines.running, roles, on_ready=lambda: announce(ready, as_json=common.json))
        return supervisor.run()
    finally:
        engines.stop()


def remember(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)


def effective_config(
    common: Common, *, host: str | None, port: int | None, domain: str | None, dev: bool | None
) -> Config:
    """The configuration of this run. What an earlier run was started with counts no more."""
    files = [path for path in find_files(common.data, common.config) if path.name != "run.toml"]
    flags: Flags = {
        "server": {"host": host, "port": port},
        "instance": {"domain": domain},
        "dev": {"enabled": dev},
    }
    return load(files, os.environ, flags)


def listen(config: Config) -> socket.socket:
    """The socket that the web processes accept on. Raises EchoError when the port is taken."""
    try:
        return open_listener(config.server.host, config.server.port)
    except OSError as error:
        raise EchoError(
            f"Cannot listen on {config.server.host}:{config.server.port}: {error.strerror}. "
            "Is something else running there? Choose another with --port."
        ) from error


async def prepare(config: Config, plain: Config, data: Path) -> Ready:
    """Migrate, make the server's own actor, and a set-up link while nobody owns this server.

    Shapes:  config: with the addresses of the engines; plain: as it was given
    """
    if records.is_restore_unfinished(data):
        raise EchoError("A backup was being restored here and not to the end: run `echoctl restore` again")
    await records.save_first(config, plain, data, log.info)
    await migrate(config)
    records.release_serves(data)
    runtime = await open_runtime(config, data)
    try:
        await server_actor.ensure()
        url = reachable_url(config)
        secret = None if await instance.has_owner() else await links.make_link(LinkKind.SETUP)
        return Ready(url, config.instance.domain, f"{url}/setup/{secret}" if secret else None)
    finally:
        await runtime.close()


def reachable_url(config: Config) -> str:
    """The address to click: the configured one, or the socket when that is only reachable from outside."""
    if config.server.base_url or config.is_for_this_machine:
        return config.base_url
    host = config.server.host
    shown = "127.0.0.1" if host == "0.0.0.0" else f"[{host}]" if ":" in host else host  # noqa: S104
    return f"http://{shown}:{config.server.port}"


def roles_of(config: Config, data: Path, listener: socket.socket) -> list[Role]:
    """The processes of one machine. Web hands streaming connections over, through a pair of sockets."""
    handover = Handover.create()
    grace = float(config.server.shutdown_seconds)
    return [
        Role(
            "web",
            partial(run_web, config, data, listener, handover),
            count=config.server.web_processes,
            rank=0,
            grace_seconds=grace,
            announces=True,
            keeps=(listener, handover.sender),
        ),
        Role(
            "streaming",
            partial(run_streaming, config, data, handover),
            rank=0,
            grace_seconds=grace,
            announces=True,
            keeps=(handover.receiver,),
        ),
        *(
            Role(
                f"worker {slot}",
                partial(run_worker, config, data, slot=slot),
                rank=1,
                grace_seconds=grace,
                announces=True,
            )
            for slot in range(1, config.server.worker_processes + 1)
        ),
    ]


def announce(ready: Ready, *, as_json: bool) -> None:
    """Say that everything serves: one line of JSON, or what a person wants to know."""
    if as_json:
        document = {"event": "ready", "url": ready.url, "domain": ready.domain, "setup_url": ready.setup_url}
        sys.stdout.write(json.dumps(document) + "\n")
    else:
        sys.stdout.write(f"\n  Echo is running at {ready.url}\n")
        if ready.setup_url:
            sys.stdout.write(f"  Make the first admin here (once): {ready.setup_url}\n")
        sys.stdout.write("  Stop with Ctrl-C.\n\n")
    sys.stdout.flush()
