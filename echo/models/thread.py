"""Threads of which other servers have more."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import IdField


class ThreadFetch(Model):
    """What other servers have of a thread is asked for, or was: one row for each thread."""

    id = IdField()
    thread_id = fields.BigIntField(unique=True, description="posts.thread_id")
    post_id = fields.BigIntField(description="the post that somebody opened")
    plan: Any = fields.JSONField(null=True, description="what is still to be asked; null: nothing")
    found = fields.IntField(default=0, db_default=0, description="posts that were not known before")
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "thread_fetches"
