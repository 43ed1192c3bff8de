"""The Mastodon client API, a file for each resource."""

from echo.api import (
    accounts,
    apps,
    files,
    instance,
    media,
    not_yet,
    notifications,
    oauth,
    own,
    relations,
    search,
    sign_up,
    status_actions,
    statuses,
    timelines,
    translations,
)

BLUEPRINTS = (
    apps.blueprint,
    oauth.blueprint,
    sign_up.blueprint,
    instance.blueprint,
    own.blueprint,
    accounts.blueprint,
    relations.blueprint,
    statuses.blueprint,
    status_actions.blueprint,
    timelines.blueprint,
    translations.blueprint,
    notifications.blueprint,
    search.blueprint,
    media.blueprint,
    files.blueprint,
    not_yet.blueprint,
)
