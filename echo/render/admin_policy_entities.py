"""The shapes of policies in the admin API."""

from __future__ import annotations

from typing import Any

from echo.render.entity import Entity


class StaffPolicyField(Entity, frozen=True, kw_only=True):
    """One setting. `shape`: text, number, switch, choice, choices, lines; a secret is never shown.

    Shapes:  option_texts: what each option does, in words for people
    """

    name: str
    title: str
    description: str
    shape: str
    default: Any
    options: list[str]
    option_texts: dict[str, str]
    secret: bool


class StaffPolicyKind(Entity, frozen=True, kw_only=True):
    name: str
    title: str
    about: str
    settings: list[StaffPolicyField]


class StaffPolicy(Entity, frozen=True, kw_only=True):
    """A policy; its settings are those of its kind."""

    id: str
    kind: str
    name: str
    enabled: bool
    position: int
    doors: list[str]
    only_hosts: list[str]
    except_hosts: list[str]
    settings: dict[str, Any]
    created_at: str
    updated_at: str


class StaffPolicyMatch(Entity, frozen=True, kw_only=True):
    policy: str
    found: str
    action: str


class StaffTrialExample(Entity, frozen=True, kw_only=True):
    status_id: str
    uri: str
    acct: str
    text: str
    created_at: str
    action: str
    changes: list[str]
    matches: list[StaffPolicyMatch]


class StaffTrial(Entity, frozen=True, kw_only=True):
    """What policies would do with the last posts."""

    looked_at: int
    seconds: float
    accept: int
    rewrite: int
    hold: int
    reject: int
    examples: list[StaffTrialExample]


class StaffHeldThing(Entity, frozen=True, kw_only=True):
    """Something that a policy held back. `kind`: remote_post, remote_edit, post, edit, message."""

    id: str
    kind: str
    account_id: str
    acct: str
    status_id: str | None
    chat_id: str | None
    uri: str
    text: str
    policy: str
    found: str
    state: str
    created_at: str
    decided_at: str | None


class StaffBannedFile(Entity, frozen=True, kw_only=True):
    """A file that nobody may show here: by its bytes (`sha256`) or, a picture, by how it looks."""

    id: str
    sha256: str | None
    look: str | None
    distance: int
    note: str
    created_at: str
