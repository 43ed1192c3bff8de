"""How much room everything takes, against which budgets, and what was cleared away: for whoever runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from echo import settings
from echo.media import port
from echo.store import prunings, sizes


@dataclass(frozen=True, slots=True)
class Size:
    """What one kind takes; `bytes` None: nobody knows."""

    name: str
    bytes: int | None
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything about room. Sizes in bytes; budgets of 0: none for posts, no copies at all for files."""

    free_bytes: int | None
    is_full: bool
    database_bytes: int
    remote_posts: int
    remote_posts_bytes: int
    posts_budget_bytes: int
    copies_bytes: int
    copies_budget_bytes: int
    files: list[Size]
    tables: list[Size]
    prunings: list[dict[str, Any]]
    is_overdue: bool


async def make() -> Report:
    """Measure now; takes some tenths of a second."""
    config = settings.here()
    measured = await sizes.remote_posts()
    files = [Size(row["name"], row["bytes"], row["rows"]) for row in await sizes.files()]
    return Report(
        free_bytes=port.store().free_bytes(),
        is_full=port.is_full(),
        database_bytes=await sizes.database_bytes(),
        remote_posts=measured.posts,
        remote_posts_bytes=measured.bytes,
        posts_budget_bytes=config.storage.remote_posts_bytes,
        copies_bytes=next(size.bytes or 0 for size in files if size.name == "copies"),
        copies_budget_bytes=config.media.remote_cache_bytes if config.media.remote_cache else 0,
        files=files,
        tables=[Size(row["name"], row["bytes"], row["rows"]) for row in await sizes.tables()],
        prunings=[dict(row) for row in await prunings.listing()],
        is_overdue=await prunings.is_overdue(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The same for a glance: nothing is measured that takes long."""

    free_bytes: int | None
    is_full: bool
    database_bytes: int
    uploads_bytes: int
    copies_bytes: int
    copies_budget_bytes: int
    is_overdue: bool


async def brief() -> Brief:
    """What the first page shows."""
    media = settings.here().media
    files = {row["name"]: row["bytes"] or 0 for row in await sizes.files()}
    return Brief(
        free_bytes=port.store().free_bytes(),
        is_full=port.is_full(),
        database_bytes=await sizes.database_bytes(),
        uploads_bytes=files["uploads"],
        copies_bytes=files["copies"],
        copies_budget_bytes=media.remote_cache_bytes if media.remote_cache else 0,
        is_overdue=await prunings.is_overdue(),
    )


def readable(size_bytes: int | None) -> str:
    """A size for people, in units of 1024."""
    if size_bytes is None:
        return "unknown"
    value, units = float(size_bytes), ["B", "KiB", "MiB", "GiB", "TiB"]
    while value >= 1024 and len(units) > 1:
        value, units = value / 1024, units[1:]
    return f"{value:.0f} {units[0]}" if units[0] == "B" else f"{value:.1f} {units[0]}"
