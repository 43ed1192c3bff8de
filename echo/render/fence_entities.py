"""The shapes of what keeps servers, addresses and people out, and of invitations."""

from __future__ import annotations

from typing import Any

from echo.render.entity import Entity


class SignUpChallenge(Entity, frozen=True, kw_only=True):
    """What an app is asked for when it signs somebody up. `check`: work, hcaptcha, or null for nothing."""

    check: str | None
    challenge: dict[str, Any] | None
    site_key: str | None


class AdminDomainBlock(Entity, frozen=True, kw_only=True):
    """Admin::DomainBlock of Mastodon."""

    id: str
    domain: str
    digest: str  # SHA-256 of the domain, hexadecimal
    created_at: str
    severity: str
    reject_media: bool
    reject_reports: bool
    private_comment: str | None
    public_comment: str | None
    obfuscate: bool


class ExistingDomainBlock(Entity, frozen=True, kw_only=True):
    """Why a block could not be made."""

    error: str
    existing_domain_block: AdminDomainBlock


class AdminDomainAllow(Entity, frozen=True, kw_only=True):
    """Admin::DomainAllow of Mastodon."""

    id: str
    domain: str
    created_at: str


class DomainFacts(Entity, frozen=True, kw_only=True):
    """What is known of a server, and so what suspending it would end."""

    domain: str
    accounts: int
    posts: int
    files: int
    following: int  # people here follow them
    followers: int  # they follow people here
    members: int  # people here who would lose follows
    reports: int  # about them
    severed_members: int  # people who lost follows when it was blocked
    severed_following: int
    severed_followers: int
    domain_block: AdminDomainBlock | None


class EmailDomainTries(Entity, frozen=True, kw_only=True):
    """A day of `EmailDomainBlock`; all numbers as text."""

    day: str  # seconds since 1970 at its start, UTC
    accounts: str  # network addresses
    uses: str


class AdminEmailDomainBlock(Entity, frozen=True, kw_only=True):
    """Admin::EmailDomainBlock of Mastodon, with two fields of ours at the end."""

    id: str
    domain: str
    created_at: str
    history: list[EmailDomainTries]
    allow_with_approval: bool
    expires_at: str | None


class AdminIpBlock(Entity, frozen=True, kw_only=True):
    """Admin::IpBlock of Mastodon."""

    id: str
    ip: str
    severity: str
    comment: str
    created_at: str
    expires_at: str | None


class AdminCanonicalEmailBlock(Entity, frozen=True, kw_only=True):
    """Admin::CanonicalEmailBlock of Mastodon."""

    id: str
    canonical_email_hash: str


class Invite(Entity, frozen=True, kw_only=True):
    """An invitation, as its owner and those see it who look after all."""

    id: str
    code: str
    url: str
    owner: str  # user name
    comment: str
    max_uses: int | None
    uses: int
    autofollow: bool
    open: bool
    expires_at: str | None
    created_at: str


class BlockList(Entity, frozen=True, kw_only=True):
    """A block list of others."""

    id: str
    name: str
    url: str | None  # null: brought once
    severity: str  # of entries that name none
    automatic: bool
    retracts: bool
    interval_hours: int
    entries: int
    changes: int  # that wait for somebody
    blocks: int  # that it brought
    failure: str | None
    checked_at: str | None
    created_at: str


class BlockListChange(Entity, frozen=True, kw_only=True):
    """What a list wants to be otherwise."""

    id: str
    domain: str
    action: str  # add, change, remove
    severity: str
    reject_media: bool
    reject_reports: bool
    public_comment: str | None
    obfuscate: bool
    follows_lost: int  # of people here, when it is suspended


class AppliedChanges(Entity, frozen=True, kw_only=True):
    """What was done of what a list wants."""

    added: int
    changed: int
    removed: int
    later: int
