"""What hangs on a profile elsewhere: posts on top, hashtags, who leads a community, how much there is of all.

Read beside, when somebody has looked for the profile or follows it: not every server tells by Add and Remove.

Source:  federation.md 3.1, 3.7 (GoToSocial)
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.read import read_actor
from echo.actions import pins
from echo.errors import Gone
from echo.models import Account
from echo.store import posts
from echo.store.pins import MOST
from federation import featured_tags, moderators, profile_totals, short_lists
from federation.errors import FederationError
from federation.judge import is_same_origin
from federation.network import allow_http

log = logging.getLogger(__name__)

# Posts on top that are asked for because they are not known yet; Mastodon lets people pin five.
STRANGE_PINS = 10


async def refresh(account: Account, document: Document, *, ask: Callable[[str], Awaitable[object]]) -> None:
    """Take over what the collections of a profile hold: two documents each, and some posts. Of the
    long ones only the size is read.

    Shapes:  document: the actor, from its own origin; ask: how to get a post that is not known
    """
    actor = read_actor(document, allow_http=allow_http())
    if actor.featured_tags is not None:
        await featured_tags.refresh(account, actor.featured_tags)
    await moderators.refresh(account)
    await profile_totals.refresh(account)
    if account.featured_uri:
        await _pins(account, ask)


async def _pins(account: Account, ask: Callable[[str], Awaitable[object]]) -> None:
    """Put the posts on top that a profile names; copies inside are not looked at.

    What a community has on top is by others, and comes here when the community shows it.
    """
    try:
        found = await short_lists.items(account.featured_uri, account, at_most=MOST)
    except (FederationError, Malformed) as error:
        log.info("pins of %s: %s", account.uri, error)
        return
    uris = [item.id for item in found if item.id is not None and item.type != "Hashtag"]
    asked = 0
    for uri in uris:
        is_strange = is_same_origin(uri, account.uri) and await posts.lives(uri, account.id) is None
        if not is_strange or asked >= STRANGE_PINS:
            continue
        asked += 1
        try:
            await ask(uri)
        except (FederationError, Gone) as error:
            log.info("pin of %s: %s", account.uri, error)
    await pins.receive_all(account, uris)
