"""Everything that other servers can ask of us."""

from __future__ import annotations

from federation import (
    chat_documents,
    collections,
    discovery,
    documents,
    follower_documents,
    inbox_routes,
    relay_documents,
    thread_collections,
)

BLUEPRINTS = (
    discovery.blueprint,
    documents.blueprint,
    relay_documents.blueprint,
    collections.blueprint,
    thread_collections.blueprint,
    follower_documents.blueprint,
    chat_documents.blueprint,
    inbox_routes.blueprint,
)
