"""How PostgreSQL is reached, as Tortoise wants to be told."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

# Arrays that statements take and give, as asyncpg would be told of them. It asks for each by a statement that
# each connection keeps prepared: a megabyte there, and 20 ms. The numbers never change.
ARRAYS: tuple[dict[str, object], ...] = tuple(
    {
        "oid": oid,
        "ns": "pg_catalog",
        "name": f"_{name}",
        "kind": b"b",
        "elemtype": element,
        "elemdelim": ",",
        "basetype": None,
        "range_subtype": None,
        "attrtypoids": None,
    }
    for oid, name, element in (
        (1000, "bool", 16),
        (1005, "int2", 21),
        (1007, "int4", 23),
        (1015, "varchar", 1043),
        (1016, "int8", 20),
        (1022, "float8", 701),
        (1185, "timestamptz", 1184),
        (3807, "jsonb", 3802),
    )
)


def tortoise_config(
    url: str,
    pool_size: int = 3,
    statement_timeout_seconds: int = 15,
    *,
    can_repeat: bool = False,
    lock_timeout_ms: int = 10_000,
    is_pooled: bool = False,
) -> dict[str, object]:
    """What Tortoise (and its migrations) need to know.

    Shapes:  url: postgresql://user:password@host:port/name, or with ?host=/folder/of/the/socket; is_pooled:
             each transaction may be on another connection (PgBouncer): neither settings nor prepared
             statements last longer
    """
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    settings = {
        "statement_timeout": str(statement_timeout_seconds * 1000),
        "lock_timeout": str(lock_timeout_ms),
        # Statements are few and prepared once for each connection: planning a page anew costs more than
        # running it. `bench` shows the difference.
        "plan_cache_mode": "force_generic_plan",
        "jit": "off",
        "idle_in_transaction_session_timeout": "60000",
        **({"synchronous_commit": "off"} if can_repeat else {}),
    }
    local = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in settings.items())
    credentials: dict[str, object] = {
        "host": query["host"][0] if "host" in query else (parts.hostname or "localhost"),
        "port": parts.port or 5432,
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path.lstrip("/")) or "echo",
        "minsize": 1,
        "maxsize": pool_size,
        "server_settings": {"application_name": "echo", **({} if is_pooled else settings)},
        "local_settings": local if is_pooled else "",
        # Prepared statements kept by each connection.
        "statement_cache_size": 0 if is_pooled else 256,
        "max_inactive_connection_lifetime": 60.0,
    }
    return {
        "connections": {"default": {"engine": "echo.pool", "credentials": credentials}},
        "apps": {
            "echo": {
                "models": ["echo.models"],
                "migrations": "migrations",
                "default_connection": "default",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }
