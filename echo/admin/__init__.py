"""The admin API, a file for each resource: Mastodon's /api/v1/admin, our own /api/v1/echo/admin."""

from echo.admin import (
    accounts,
    announcements,
    audit,
    casework,
    emojis,
    federation,
    held,
    house,
    policies,
    relays,
    reported_chats,
    reports,
    roles,
    trends,
)

BLUEPRINTS = (
    announcements.blueprint,
    audit.blueprint,
    emojis.blueprint,
    house.blueprint,
    relays.blueprint,
    accounts.blueprint,
    casework.blueprint,
    federation.blueprint,
    held.blueprint,
    policies.blueprint,
    reported_chats.blueprint,
    reports.blueprint,
    roles.blueprint,
    trends.blueprint,
)
