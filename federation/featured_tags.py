"""Hashtags on the profiles of others: read from their collection, when somebody here would see them."""

from __future__ import annotations

import logging

from activitypub.errors import Malformed
from activitypub.objects import ObjectRef
from echo.actions import featured_tags
from echo.actions.featured_tags import MOST_FEATURED
from echo.models import Account
from echo.text.hashtags import normalise, spelling
from federation import short_lists
from federation.errors import FederationError
from federation.judge import is_same_origin

log = logging.getLogger(__name__)


async def refresh(account: Account, place: str) -> None:
    """Take over what a collection of an account's own server holds: two documents at most."""
    if not is_same_origin(place, account.uri):
        return
    try:
        found = await short_lists.items(place, account, at_most=MOST_FEATURED * 2)
    except (FederationError, Malformed) as error:
        log.info("hashtags of %s: %s", account.uri, error)
        return
    names = [name for item in found if (name := name_of(item)) is not None]
    await featured_tags.receive_all(account, names[:MOST_FEATURED])


def name_of(item: ObjectRef) -> str | None:
    """The name of a hashtag, as it is written there; None for what is none."""
    if item.document is None or "Hashtag" not in item.document.types:
        return None
    name = spelling(item.document.text("name") or "")
    return name if normalise(name) is not None else None
