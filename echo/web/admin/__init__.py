"""Pages for those who run the server, a file for each matter."""

from echo.web.admin import (
    accounts,
    announcements,
    appeals,
    audit,
    banned_files,
    block_lists,
    domains,
    emojis,
    federation,
    held,
    house,
    policies,
    relays,
    reports,
    roles,
    trends,
)

BLUEPRINTS = (
    announcements.blueprint,
    accounts.blueprint,
    appeals.blueprint,
    audit.blueprint,
    banned_files.blueprint,
    block_lists.blueprint,
    domains.blueprint,
    emojis.blueprint,
    house.blueprint,
    relays.blueprint,
    federation.blueprint,
    held.blueprint,
    policies.blueprint,
    reports.blueprint,
    roles.blueprint,
    trends.blueprint,
)
