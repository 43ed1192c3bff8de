"""`echoctl up`: everything on this machine, under one supervisor."""

from __future__ import annotations

import asyncio
import json
import logging
import os
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
from echo.cli import premises, renewals
from echo.cli.aside import aside
from echo.cli.common import Common, Flags
from echo.cli.numbers import Port
from echo.cli.premises import Premises
from echo.config import Config
from echo.config.load import find_files, load
from echo.config.write import render_changes
from echo.embedded import Estate, Role, Supervisor, succession, tell_systemd
from echo.embedded.succession import Legacy
from echo.errors import EchoError
from echo.runtime import open_runtime
from echo.schema import migrate
from echo.server.roles import run_streaming, run_web
from echo.store import instance
from workers.roles import Beside, run_worker

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
    port: Port | None = None,
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
    if succession.is_trial():
        return 0
    legacy = succession.take()
    with premises.opened(config, common.data, legacy) as ours:
        # Not before the directory is ours: later commands work with what this says of the server that runs.
        remember(common.data / "run.toml", render_changes(config))
        if legacy is not None:
            return go_on(ours, legacy)
        ready = aside(lambda: asyncio.run(prepare(ours)))
        asyncio.run(rehearse(ours))
        supervisor = Supervisor(
            ours.engines.running,
            roles_of(ours),
            on_ready=lambda: announce(ready, as_json=common.json),
            on_renew=partial(renew, ours),
            on_renewed=partial(renewals.note, ours.data),
        )
        return supervisor.run()


def go_on(ours: Premises, legacy: Legacy) -> int:
    """Replace the processes that the code before this one started, or keep them if this one is of no use."""
    failure = ""
    try:
        aside(lambda: asyncio.run(prepare(ours)))
        asyncio.run(rehearse(ours))
    except Exception as error:
        log.exception("the new code cannot serve: the processes of the code before go on")
        failure = f"{type(error).__name__}: {error}"
        renewals.note(ours.data, failure)
    supervisor = Supervisor(
        ours.engines.running,
        roles_of(ours),
        on_renew=partial(renew, ours),
        on_renewed=partial(renewals.note, ours.data),
        before=Estate(legacy.children, legacy.lifeline),
        renews=not failure,
    )
    return supervisor.run()


def renew(ours: Premises, estate: Estate) -> str:
    """Have the code that is installed now take over. Returns only when it cannot: why."""
    log.info("the installed code takes over")
    return succession.renew(ours.legacy(estate))


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


async def prepare(ours: Premises) -> Ready:
    """Migrate, make the server's own actor, and a set-up link while nobody owns this server."""
    config, data = ours.config, ours.data
    if records.is_restore_unfinished(data):
        raise EchoError("A backup was being restored here and not to the end: run `echoctl restore` again")
    await records.save_first(config, ours.given, data, log.info)
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


async def rehearse(ours: Premises) -> None:
    """Open once, before there are children, what each of them opens.

    They share what that leaves in memory: what Tortoise knows of the models, and code that has run. Each
    would write that anew otherwise: 3 MB.
    """
    runtime = await open_runtime(ours.config, ours.data)
    await runtime.close()


def reachable_url(config: Config) -> str:
    """The address to click: the configured one, or the socket when that is only reachable from outside."""
    if config.server.base_url or config.is_for_this_machine:
        return config.base_url
    host = config.server.host
    shown = "127.0.0.1" if host == "0.0.0.0" else f"[{host}]" if ":" in host else host  # noqa: S104
    return f"http://{shown}:{config.server.port}"


def roles_of(ours: Premises) -> list[Role]:
    """The processes of one machine. Web hands streaming connections over, through a pair of sockets, where
    another process takes them; without workers it does their work too.
    """
    config, data, listener, handover = ours.config, ours.data, ours.listener, ours.handover
    grace = float(config.server.shutdown_seconds)
    streams = bool(config.server.streaming_processes)
    beside = None if config.server.worker_processes else Beside(config, data)
    return [
        Role(
            "web",
            partial(run_web, config, data, listener, handover if streams else None, beside),
            count=config.server.web_processes,
            rank=0,
            grace_seconds=grace,
            announces=True,
            keeps=(listener, handover.sender),
            overlaps=True,
        ),
        *(
            Role(
                "streaming",
                partial(run_streaming, config, data, handover),
                rank=0,
                grace_seconds=grace,
                announces=True,
                keeps=(handover.receiver,),
                overlaps=True,
            )
            for _ in range(config.server.streaming_processes)
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
    tell_systemd("READY=1")
