"""Pages for browsers: plain HTML that works without scripts. Only the page of a live room has some."""

from echo.web import (
    admin,
    api_page,
    collections,
    entry,
    home,
    letters,
    notices,
    oauth,
    profiles,
    rooms,
    second_factor,
    set_up,
    settings,
    static_files,
    texts,
)

BLUEPRINTS = (
    home.blueprint,
    texts.blueprint,
    entry.blueprint,
    second_factor.blueprint,
    letters.blueprint,
    set_up.blueprint,
    *settings.BLUEPRINTS,
    notices.blueprint,
    oauth.blueprint,
    profiles.blueprint,
    api_page.blueprint,
    collections.blueprint,
    rooms.blueprint,
    static_files.blueprint,
    *admin.BLUEPRINTS,
)
