"""Pages for browsers: plain HTML that works without scripts. Only the page of a live room has some."""

from echo.web import (
    account,
    admin,
    api_page,
    collections,
    entry,
    home,
    letters,
    moving,
    notices,
    oauth,
    profiles,
    rooms,
    set_up,
    settings,
    static_files,
    texts,
)

BLUEPRINTS = (
    home.blueprint,
    texts.blueprint,
    entry.blueprint,
    letters.blueprint,
    set_up.blueprint,
    account.blueprint,
    settings.blueprint,
    moving.blueprint,
    notices.blueprint,
    oauth.blueprint,
    profiles.blueprint,
    api_page.blueprint,
    collections.blueprint,
    rooms.blueprint,
    static_files.blueprint,
    *admin.BLUEPRINTS,
)
