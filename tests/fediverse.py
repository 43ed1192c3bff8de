"""Several Echos in one process, and a router that carries requests between them by host name."""

from __future__ import annotations

from echo import config as c


def small_config(host: str, *, redis_url: str, prefix: str, database_url: str = "") -> c.Config:
    """The configuration of a test server that lives at https://<host>."""
    return c.Config(
        instance=c.Instance(domain=host),
        server=c.Server(base_url=f"https://{host}"),
        database=c.DatabaseConfig(url=database_url, pool_size=4),
        redis=c.RedisConfig(url=redis_url, prefix=prefix),
    )
