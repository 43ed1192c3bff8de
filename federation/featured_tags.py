"""Hashtags on the profiles of others: read from their collection, when somebody here would see them."""

from __future__ import annotations

import logging

from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import Collection, ObjectRef
from activitypub.read import read_collection
from echo.actions import featured_tags
from echo.actions.featured_tags import MOST_FEATURED
from echo.models import Account
from echo.text.hashtags import normalise
from federation.errors import FederationError
from federation.fetch import fetch
from federation.judge import is_same_origin
from federation.network import allow_http

log = logging.getLogger(__name__)


async def refresh(account: Account, place: str) -> None:
    """Take over what a collection of an account's own server holds: two documents at most."""
    if not is_same_origin(place, account.uri):
        return
    try:
        found = _read(await fetch(place))
        if not found.items and found.first is not None:
            found = await _first_page(found.first, account)
    except (FederationError, Malformed) as error:
        log.info("hashtags of %s: %s", account.uri, error)
        return
    names = [name for item in found.items if (name := name_of(item)) is not None]
    await featured_tags.receive_all(account, names[:MOST_FEATURED])


def name_of(item: ObjectRef) -> str | None:
    """The folded name of a hashtag."""
    if item.document is None or "Hashtag" not in item.document.types:
        return None
    return normalise((item.document.text("name") or "").strip().lstrip("#\uff03"))


async def _first_page(first: ObjectRef, account: Account) -> Collection:
    if first.document is not None:
        return _read(first.document)
    if first.id is None or not is_same_origin(first.id, account.uri):
        return Collection(kind="CollectionPage")
    return _read(await fetch(first.id))


def _read(document: Document) -> Collection:
    return read_collection(document, at_most=MOST_FEATURED * 2, allow_http=allow_http())
