"""The route table of the whole application, without engines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from echo import addresses, ports
from echo.app import create_app
from echo.cache import Cache
from echo.config import Config
from echo.db import Database
from echo.http.access import MARK
from echo.media.storage import LocalMediaStore
from echo.policy import push_keys
from echo.runtime import Runtime
from federation.network import open_network

UNMARKED = ""


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path. `mark` is what `echo.http.access` left on the view."""

    method: str
    path: str
    endpoint: str
    mark: str
    view: Any

    @property
    def shape(self) -> str:
        """The path with every parameter the same, for comparing."""
        return re.sub(r"<[^>]+>", "{}", self.path)


@cache
def all_routes() -> tuple[Route, ...]:
    """Every route, sorted by path and method; HEAD and OPTIONS belong to all."""
    return tuple(sorted(_routes(), key=lambda route: (route.path, route.method)))


def _routes() -> Iterator[Route]:
    app = create_app(_closed_runtime())
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield Route(method, rule.rule, rule.endpoint, getattr(view, MARK, UNMARKED), view)


def _closed_runtime() -> Runtime:
    """A runtime that is connected to nothing."""
    config = Config()
    return Runtime(
        config=config,
        data=Path(),
        database=Database(),
        cache=Cache("unix:///nowhere", ""),
        addresses=addresses.of(config),
        directory=ports.NullDirectory(),
        network=open_network(config),
        translator=ports.NullTranslator(),
        media=LocalMediaStore(Path(), config.media_url),
        search=ports.NullIndex(),
        identity_provider=ports.NullProvider(),
        room_engines={ports.MESH: ports.MeshEngine()},
        push_keys=push_keys.keys_of(push_keys.new_private_pem()),
        seal=Fernet(Fernet.generate_key()),
    )
