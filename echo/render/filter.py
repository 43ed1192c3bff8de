"""Filters as apps see them: version 2, and version 1 with one for each keyword."""

from __future__ import annotations

from typing import Any

import msgspec

from echo import models
from echo.db import Row
from echo.kinds import FilterAction
from echo.render import times
from echo.render.entities import Entity


class FilterKeyword(Entity, frozen=True, kw_only=True):
    id: str
    keyword: str
    whole_word: bool


class FilterStatus(Entity, frozen=True, kw_only=True):
    id: str
    status_id: str


class FilterSummary(Entity, frozen=True, kw_only=True):
    """A filter as it stands beside what it is about: without its rules."""

    id: str
    title: str
    context: list[str]
    expires_at: str | None
    filter_action: str


class Filter(FilterSummary, frozen=True, kw_only=True):
    keywords: list[FilterKeyword]
    statuses: list[FilterStatus]


class FilterV1(Entity, frozen=True, kw_only=True):
    """One keyword, with what its filter says, for old apps."""

    id: str
    phrase: str
    context: list[str]
    whole_word: bool
    expires_at: str | None
    irreversible: bool


class FilterResult(Entity, frozen=True, kw_only=True):
    """Why a filter is about a post."""

    filter: FilterSummary
    keyword_matches: list[str] | None
    status_matches: list[str] | None


def one(row: Row) -> Filter:
    """A row of `store.filters` with its keywords and posts."""
    return Filter(
        **_common(row),
        keywords=[
            FilterKeyword(id=str(id_), keyword=keyword, whole_word=whole_word)
            for id_, keyword, whole_word in keywords(row)
        ],
        statuses=[FilterStatus(id=str(id_), status_id=str(post_id)) for id_, post_id in posts(row)],
    )


def summary(row: Row) -> FilterSummary:
    """The same without keywords and posts."""
    return FilterSummary(**_common(row))


def keyword(known: models.FilterKeyword) -> FilterKeyword:
    """One keyword."""
    return FilterKeyword(id=str(known.id), keyword=known.keyword, whole_word=known.whole_word)


def post(known: models.FilterPost) -> FilterStatus:
    """One post that a filter is for."""
    return FilterStatus(id=str(known.id), status_id=str(known.post_id))


def version_1(row: Row) -> list[FilterV1]:
    """A filter for those who know version 1: one for each keyword."""
    return [
        FilterV1(
            id=str(id_),
            phrase=phrase,
            context=msgspec.json.decode(row["contexts"]),
            whole_word=whole_word,
            expires_at=times.iso_or_none(row["expires_at"]),
            irreversible=row["action"] == FilterAction.HIDE,
        )
        for id_, phrase, whole_word in keywords(row)
    ]


def keywords(row: Row) -> list[tuple[int, str, bool]]:
    """The keywords of a row: (id, keyword, whole_word)."""
    return msgspec.json.decode(row["keywords"] or "[]", type=list[tuple[int, str, bool]])


def posts(row: Row) -> list[tuple[int, int]]:
    """The posts of a row: (id, post_id)."""
    return msgspec.json.decode(row["posts"] or "[]", type=list[tuple[int, int]])


def _common(row: Row) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "title": row["title"],
        "context": msgspec.json.decode(row["contexts"]),
        "expires_at": times.iso_or_none(row["expires_at"]),
        "filter_action": row["action"],
    }
