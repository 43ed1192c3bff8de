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


class StaffAnnouncement(Entity, frozen=True, kw_only=True):
    """An announcement as it was written; a draft without `published_at`."""

    id: str
    text: str
    content: str
    starts_at: str | None
    ends_at: str | None
    all_day: bool
    publish_at: str | None
    published_at: str | None
    created_at: str
    updated_at: str


class StaffEmoji(Entity, frozen=True, kw_only=True):
    shortcode: str
    url: str
    static_url: str
    category: str
    visible_in_picker: bool
    featured: bool


class RelayState(Entity, frozen=True, kw_only=True):
    """A relay; `state` is pending, accepted or rejected."""

    id: str
    style: str
    state: str
    inbox: str
    actor_uri: str
    created_at: str
    answered_at: str | None


class HouseTextSource(Entity, frozen=True, kw_only=True):
    """A text of the house as it is written; `markdown` is empty where there is none."""

    name: str
    markdown: str
    updated_at: str | None


class ChosenSetting(Entity, frozen=True, kw_only=True):
    """A setting that may be chosen while the server runs; `is_chosen`: not as the config file says."""

    name: str
    description: str
    kind: str
    options: list[str]
    value: Any
    configured: Any
    is_chosen: bool


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


class StaffWebhook(Entity, frozen=True, kw_only=True):
    """A program of the operator. `secret` is there only when it was made by this very request."""

    id: str
    url: str
    events: list[str]
    enabled: bool
    secret: str | None
    created_at: str
    updated_at: str
    delivered_at: str | None
    failed_at: str | None
    failure: str | None
