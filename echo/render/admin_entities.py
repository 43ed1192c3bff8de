"""The shapes of the admin API."""

from __future__ import annotations

from typing import Any

from echo.render.entities import History
from echo.render.entity import Entity


class StaffRole(Entity, frozen=True, kw_only=True):
    """A role with what it allows, for those who make roles."""

    id: str
    name: str
    color: str
    permissions: str
    position: int
    highlighted: bool
    require_2fa: bool
    holders: int
    created_at: str
    updated_at: str


class AuditTarget(Entity, frozen=True, kw_only=True):
    kind: str
    id: str
    name: str


class AuditEntry(Entity, frozen=True, kw_only=True):
    """Something that was done, or tried, with the rights of a role. `account_id` is null for the shell."""

    id: str
    account_id: str | None
    name: str
    door: str
    ip: str
    deed: str
    target: AuditTarget
    details: dict[str, Any]
    refused: bool
    created_at: str


class AdminNote(Entity, frozen=True, kw_only=True):
    """What a moderator wrote down; from the shell it was nobody in particular."""

    id: str
    account_id: str | None
    username: str | None
    text: str
    created_at: str


class WarningPreset(Entity, frozen=True, kw_only=True):
    """Words for strikes that are needed often."""

    id: str
    title: str
    text: str


class TrendPublisher(Entity, frozen=True, kw_only=True):
    """A site whose pages have trended. `trendable` is null until a moderator says something."""

    id: str
    domain: str
    trendable: bool | None
    reviewed_at: str | None
    requires_review: bool


class StaffTag(Entity, frozen=True, kw_only=True):
    """A hashtag, as moderators see it."""

    id: str
    name: str
    url: str
    history: list[History]
    trendable: bool
    usable: bool
    listable: bool
    requires_review: bool
