"""How many followers and posts somebody elsewhere has: what their collections say, of which no page is read.

Source:  ActivityPub 5.1, 5.3, 5.4; ActivityStreams `totalItems`
"""

from __future__ import annotations

import logging

from activitypub.errors import Malformed
from activitypub.read import read_collection
from echo.models import Account
from echo.store import counters
from federation.errors import FederationError
from federation.fetch import collection
from federation.judge import is_same_origin
from federation.network import allow_http

log = logging.getLogger(__name__)


async def refresh(account: Account) -> None:
    """Keep what the three collections of an account say of their size: one document each."""
    followers = await _total(account, account.followers_uri)
    following = await _total(account, account.following_uri)
    posts = await _total(account, account.outbox)
    if (followers, following, posts) != (None, None, None):
        await counters.keep_told(account.id, followers=followers, following=following, posts=posts)


async def _total(account: Account, place: str) -> int | None:
    """The size of a collection; None when it is hidden, or lies elsewhere."""
    if not place or not is_same_origin(place, account.uri):
        return None
    try:
        found = read_collection(await collection(place), at_most=0, allow_http=allow_http())
    except (FederationError, Malformed) as error:
        log.info("size of %s: %s", place, error)
        return None
    return found.total_items
