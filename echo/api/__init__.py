"""The Mastodon client API, a file for each resource."""

from echo.api import (
    accounts,
    files,
    instance,
    media,
    not_yet,
    notifications,
    own,
    relations,
    search,
    status_actions,
    statuses,
    timelines,
)

BLUEPRINTS = (
    instance.blueprint,
    own.blueprint,
    accounts.blueprint,
    relations.blueprint,
    statuses.blueprint,
    status_actions.blueprint,
    timelines.blueprint,
    notifications.blueprint,
    search.blueprint,
    media.blueprint,
    files.blueprint,
    not_yet.blueprint,
)
