"""Pages under /settings: what somebody chooses for themselves, works without scripts."""

from echo.web.settings import moving, notices, overview, preferences, security, sessions, strikes, two_factor

BLUEPRINTS = (
    overview.blueprint,
    preferences.blueprint,
    notices.blueprint,
    security.blueprint,
    two_factor.blueprint,
    sessions.blueprint,
    strikes.blueprint,
    moving.blueprint,
)
