"""The parts of the configuration that say where PostgreSQL and Redis are; see `echo.config`."""

from __future__ import annotations

from typing import Annotated

import msgspec

from echo.config.section import Doc, Section


class DatabaseConfig(Section, frozen=True):
    """PostgreSQL, where the truth is."""

    url: Annotated[
        str,
        Doc(
            description=(
                "postgresql://user:password@host:port/name of a PostgreSQL 15 or newer. "
                "Empty: the embedded engine in the data directory."
            )
        ),
    ] = ""
    pool_url: Annotated[
        str,
        Doc(
            description=(
                "The same database behind PgBouncer in transaction mode, for the processes that serve. "
                "Migrations and backups go to url all the same. Empty: there is none."
            )
        ),
    ] = ""
    replica_url: Annotated[
        str,
        Doc(
            description=(
                "A read replica of the same database, for reads that may be a little late: public timelines, "
                "trends, directory, search (docs/admin/growing.md). Empty: there is none."
            )
        ),
    ] = ""
    replica_lag_seconds: Annotated[
        int,
        Doc(
            description="A replica that is further behind than this is left out, in seconds.",
            ge=1,
            le=300,
        ),
    ] = 5
    pool_size: Annotated[int, Doc(description="Most connections of one process.", ge=2, le=200)] = 3
    statement_timeout_seconds: Annotated[
        int, Doc(description="A statement that runs longer is cancelled, in seconds.", ge=1, le=600)
    ] = 15


class RedisConfig(Section, frozen=True):
    """Redis or Valkey: timelines, caches and live events. It may be emptied at any moment."""

    url: Annotated[
        str,
        Doc(
            description=(
                "redis://host:port/0 or unix:///path. Empty: the embedded engine in the data directory."
            )
        ),
    ] = ""
    cluster: Annotated[
        bool,
        Doc(
            description=(
                "Whether url names a server of a Redis Cluster (redis:// or rediss://); the others are found "
                "from it (docs/admin/growing.md)."
            )
        ),
    ] = False
    cluster_hosts: Annotated[
        list[str],
        Doc(description="More servers of the cluster (host:port), asked when the one in url is away."),
    ] = msgspec.field(default_factory=list)
    prefix: Annotated[str, Doc(description="Put before every key, when several servers share one Redis.")] = (
        "echo:"
    )
