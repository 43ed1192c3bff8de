"""Pages for browsers: plain HTML that works without scripts."""

from echo.web import (
    account,
    api_page,
    collections,
    entry,
    home,
    letters,
    notices,
    oauth,
    profiles,
    set_up,
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
    notices.blueprint,
    oauth.blueprint,
    profiles.blueprint,
    api_page.blueprint,
    collections.blueprint,
    static_files.blueprint,
)
