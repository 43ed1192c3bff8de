"""The shapes of the admin API."""

from __future__ import annotations

from typing import Any

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
