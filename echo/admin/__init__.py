"""The admin API, a file for each resource: Mastodon's /api/v1/admin, our own /api/v1/echo/admin."""

from echo.admin import (
    accounts,
    audit,
    casework,
    federation,
    reported_chats,
    reports,
    roles,
    trends,
)

BLUEPRINTS = (
    accounts.blueprint,
    audit.blueprint,
    casework.blueprint,
    federation.blueprint,
    reported_chats.blueprint,
    reports.blueprint,
    roles.blueprint,
    trends.blueprint,
)
