"""Pages for those who run the server, a file for each matter."""

from echo.web.admin import (
    audit,
    federation,
    roles,
)

BLUEPRINTS = (
    audit.blueprint,
    federation.blueprint,
    roles.blueprint,
)
