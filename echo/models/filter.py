"""Filters: what somebody does not want to read, or only after a warning."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_LIST


class Filter(Model):
    """A filter of a person; `users.filters_version` rises with every change of theirs."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField(db_index=True)
    title = fields.CharField(max_length=256)
    contexts: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[echo.kinds.FilterContext]"
    )
    action = fields.CharField(
        max_length=16, default="warn", db_default="warn", description="echo.kinds.FilterAction"
    )
    expires_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "filters"


class FilterKeyword(Model):
    """A word or phrase that a filter looks for."""

    id = fields.BigIntField(primary_key=True)
    filter_id = fields.BigIntField(db_index=True)
    keyword = fields.CharField(max_length=512)
    whole_word = fields.BooleanField(default=True, db_default=True)

    class Meta:
        table = "filter_keywords"


class FilterPost(Model):
    """A single post that a filter is for."""

    id = fields.BigIntField(primary_key=True)
    filter_id = fields.BigIntField()
    post_id = fields.BigIntField(db_index=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "filter_posts"
        unique_together = (("filter_id", "post_id"),)
