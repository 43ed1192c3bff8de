"""Pages for browsers: plain HTML that works without scripts."""

from echo.web import (
    account,
    entry,
    home,
    letters,
    moving,
    notices,
    oauth,
    profiles,
    set_up,
    settings,
    static_files,
)

BLUEPRINTS = (
    home.blueprint,
    entry.blueprint,
    letters.blueprint,
    set_up.blueprint,
    account.blueprint,
    settings.blueprint,
    moving.blueprint,
    notices.blueprint,
    oauth.blueprint,
    profiles.blueprint,
    static_files.blueprint,
)
