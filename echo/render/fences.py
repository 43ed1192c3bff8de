"""Blocks of servers as moderators see them."""

from __future__ import annotations

import hashlib

from echo.db import Row
from echo.models import AllowedServer, ServerBlock
from echo.render import fence_entities as entities
from echo.render.times import iso


def domain_block(known: ServerBlock) -> entities.AdminDomainBlock:
    """A block with what is said about it."""
    return entities.AdminDomainBlock(
        id=str(known.id),
        domain=known.domain,
        digest=hashlib.sha256(known.domain.encode()).hexdigest(),
        created_at=iso(known.created_at),
        severity=known.severity,
        reject_media=known.reject_media,
        reject_reports=known.reject_reports,
        private_comment=known.note or None,
        public_comment=known.reason or None,
        obfuscate=known.obfuscate,
    )


def domain_allow(known: AllowedServer) -> entities.AdminDomainAllow:
    """A server with which there is exchange in allow-list mode."""
    return entities.AdminDomainAllow(id=str(known.id), domain=known.domain, created_at=iso(known.created_at))


def domain_facts(
    domain: str, counts: Row, severed: Row | None, covering: ServerBlock | None
) -> entities.DomainFacts:
    """Shapes:  counts: of `store.server_blocks.counts`; severed: of `store.severances.ended_by_blocks`"""
    return entities.DomainFacts(
        domain=domain,
        **dict(counts),
        severed_members=severed["members"] if severed else 0,
        severed_following=int(severed["following"]) if severed else 0,
        severed_followers=int(severed["followers"]) if severed else 0,
        domain_block=domain_block(covering) if covering else None,
    )
