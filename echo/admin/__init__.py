"""The admin API, a file for each resource: Mastodon's /api/v1/admin, our own /api/v1/echo/admin."""

from echo.admin import (
    audit,
    federation,
    reported_chats,
    roles,
)

BLUEPRINTS = (
    audit.blueprint,
    federation.blueprint,
    reported_chats.blueprint,
    roles.blueprint,
)
