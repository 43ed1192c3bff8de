"""The shapes of what the admin API tells of the machine."""

from __future__ import annotations

from typing import Any

from echo.render.entity import Entity


class QueueDepth(Entity, frozen=True, kw_only=True):
    """A queue. `lag_seconds`: for how long the oldest thing in it is due."""

    queue: str
    waiting: int
    due: int
    dead: int
    lag_seconds: float


class LogLine(Entity, frozen=True, kw_only=True):
    """A warning or an error that a process logged; `trace`: where in the program, where that is known."""

    at: str
    level: str
    logger: str
    text: str
    trace: str


class DeadJob(Entity, frozen=True, kw_only=True):
    """A job that was given up; its arguments are ids."""

    id: str
    name: str
    arguments: dict[str, Any]
    attempts: int
    last_error: str
    created_at: str


class StorageSize(Entity, frozen=True, kw_only=True):
    """What one kind takes; null: nobody knows."""

    name: str
    bytes: int | None
    rows: int


class ClearedAway(Entity, frozen=True, kw_only=True):
    """What was cleared away of one kind: by the last run, and in all. `failure`: why the last run stopped."""

    kind: str
    finished_at: str | None
    rows: int
    bytes: int
    total_rows: int
    total_bytes: int
    failure: str


class Storage(Entity, frozen=True, kw_only=True):
    """How much room everything takes, in bytes. A budget of posts of 0: there is none."""

    free_bytes: int | None
    full: bool
    database_bytes: int
    remote_posts: int
    remote_posts_bytes: int
    remote_posts_budget_bytes: int
    copies_bytes: int
    copies_budget_bytes: int
    files: list[StorageSize]
    tables: list[StorageSize]
    cleared: list[ClearedAway]
    overdue: bool
