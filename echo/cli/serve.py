"""`echoctl serve`, `echoctl worker`: one process of Echo, for those who supervise processes themselves."""

from __future__ import annotations

from typing import Literal

from echo import logs
from echo.cli.common import Common, engines_for, load_config
from echo.cli.numbers import Count
from echo.cli.premises import listen
from echo.server.roles import run_streaming, run_web
from workers.roles import run_worker


def serve(*, role: Literal["web", "streaming"] = "web", common: Common = Common()) -> None:
    """Answer requests, or serve streams, until SIGTERM. Listens on server.host and server.port.

    Parameters
    ----------
    role: web answers everything, streams too; streaming answers streams only, behind a proxy that sends
        /api/v1/streaming there.
    """
    config = load_config(common)
    logs.configure(config.log)
    with engines_for(config, common.data) as complete:
        listener = listen(complete)
        if role == "web":
            run_web(complete, common.data, listener)
        else:
            run_streaming(complete, common.data, listener=listener)


def worker(*, slot: Count = 1, common: Common = Common()) -> None:
    """Do background work until SIGTERM.

    Parameters
    ----------
    slot: Number of this worker among those of the machine; each needs its own.
    """
    config = load_config(common)
    logs.configure(config.log)
    with engines_for(config, common.data) as complete:
        run_worker(complete, common.data, slot=slot)
