"""Everything that other servers can ask of us."""

from __future__ import annotations

from federation import collections, discovery, documents, inbox_routes

BLUEPRINTS = (
    discovery.blueprint,
    documents.blueprint,
    collections.blueprint,
    inbox_routes.blueprint,
)
