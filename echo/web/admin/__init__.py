"""Pages for those who run the server, a file for each matter."""

from echo.web.admin import (
    accounts,
    appeals,
    audit,
    federation,
    reports,
    roles,
    trends,
)

BLUEPRINTS = (
    accounts.blueprint,
    appeals.blueprint,
    audit.blueprint,
    federation.blueprint,
    reports.blueprint,
    roles.blueprint,
    trends.blueprint,
)
