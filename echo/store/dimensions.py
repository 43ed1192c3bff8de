"""What this server is made of: languages, apps, servers, room, versions. The most frequent first."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from echo import __version__, cache, db
from echo.db import Row
from echo.store import sizes, storage_report
from echo.store.measures import Period, Statement
from echo.text.languages import name_of


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a dimension. `unit` and `human` where the value is no plain count."""

    key: str
    name: str
    value: str
    unit: str = ""
    human: str = ""


_TAGGED = (
    " FROM post_hashtags t JOIN posts p ON p.id = t.post_id AND p.deleted_at IS NULL JOIN accounts a"
    " ON a.id = p.author_id WHERE t.hashtag_id = $3 AND t.post_id >= $1 AND t.post_id < $2"
    " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $4"
)
_OF_TAG = ("from_id", "below_id", "id", "limit")
# Statements with rows (key, value), and what has to be named.
COUNTED: dict[str, tuple[Statement, str]] = {
    "languages": (
        Statement(
            "SELECT u.locale AS key, count(*) AS value FROM users u WHERE u.last_active_at >= $1 AND"
            " u.created_at < $2"
            " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $3",
            ("start", "end", "limit"),
        ),
        "",
    ),
    "sources": (
        Statement(
            "SELECT coalesce(a.name, 'web') AS key, count(*) AS value FROM users u"
            " LEFT JOIN apps a ON a.id = u.created_by_app_id WHERE u.created_at >= $1 AND u.created_at < $2"
            " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $3",
            ("start", "end", "limit"),
        ),
        "",
    ),
    "servers": (
        Statement(
            "SELECT a.domain AS key, count(*) AS value FROM posts p JOIN accounts a ON a.id = p.author_id"
            " WHERE p.id >= $1 AND p.id < $2 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $3",
            ("from_id", "below_id", "limit"),
        ),
        "",
    ),
    "tag_servers": (Statement("SELECT a.domain AS key, count(*) AS value" + _TAGGED, _OF_TAG), "id"),
    "tag_languages": (
        Statement("SELECT coalesce(p.language, 'und') AS key, count(*) AS value" + _TAGGED, _OF_TAG),
        "id",
    ),
    "instance_accounts": (
        Statement(
            "SELECT a.username AS key, count(f.id) AS value FROM accounts a LEFT JOIN follows f"
            " ON f.followee_id = a.id AND f.state = 'accepted' WHERE a.domain = ANY($1) AND a.deleted_at"
            " IS NULL"
            " GROUP BY a.id, a.username ORDER BY 2 DESC, 1 LIMIT $2",
            ("domains", "limit"),
        ),
        "domain",
    ),
    "instance_languages": (
        Statement(
            "SELECT coalesce(p.language, 'und') AS key, count(*) AS value FROM posts p"
            " WHERE p.author_id IN (SELECT id FROM accounts WHERE domain = ANY($3)) AND p.id >= $1 AND"
            " p.id < $2"
            " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $4",
            ("from_id", "below_id", "domains", "limit"),
        ),
        "domain",
    ),
}
_LANGUAGES = frozenset({"languages", "tag_languages", "instance_languages"})
_SERVERS = frozenset({"servers", "tag_servers"})
KEYS = frozenset(COUNTED) | {"space_usage", "software_versions"}


async def find(key: str, period: Period, about: Mapping[str, object], limit: int, own: str) -> list[Part]:
    """The parts of one of `KEYS`.

    Shapes:  about: `id` of a hashtag, or `domains` (a list) of a server; own: the name of this server
    """
    if key == "space_usage":
        return await _space()
    if key == "software_versions":
        return await _versions()
    statement, _ = COUNTED[key]
    values = period.values() | dict(about) | {"limit": limit}
    rows = await db.fetch(statement.sql, *statement.arguments(values))
    return [_part(key, row, own) for row in rows]


def _part(key: str, row: Row, own: str) -> Part:
    said = str(row["key"])
    if key in _LANGUAGES:
        return Part(said, name_of(said), str(row["value"]))
    if key in _SERVERS:
        return Part(said or own, said or own, str(row["value"]))
    return Part(said, "Website" if key == "sources" and said == "web" else said, str(row["value"]))


async def _space() -> list[Part]:
    database = await sizes.database_bytes()
    files = sum(row["bytes"] or 0 for row in await sizes.files())
    redis = 0
    for server in await cache.servers():
        redis += cast("dict[str, int]", await server.info("memory"))["used_memory"]
    found = (("postgresql", "PostgreSQL", database), ("redis", "Redis", redis), ("media", "Files", files))
    return [
        Part(key, name, str(value), "bytes", storage_report.readable(value)) for key, name, value in found
    ]


async def _versions() -> list[Part]:
    database = str(await db.fetch_value("SHOW server_version")).split(" ")[0]
    redis = cast("dict[str, str]", await cache.client().info("server"))
    version = redis.get("valkey_version") or redis["redis_version"]
    found = (
        ("echo", "Echo", __version__),
        ("python", "Python", platform.python_version()),
        ("postgresql", "PostgreSQL", database),
        ("redis", "Valkey" if "valkey_version" in redis else "Redis", version),
    )
    return [Part(key, name, value, "", value) for key, name, value in found]
