"""Who leads a community of another server: named by its actor, or in a collection (Lemmy).

They may delete, lock and put on top what the community shows, wherever they live. Its own server may as well:
it speaks for the community, and has admins who are on no list.

Source:  FEP-1b12; Lemmy, PieFed, PeerTube
"""

from __future__ import annotations

import logging

from activitypub import limits
from activitypub.errors import Malformed
from echo.actions import groups
from echo.models import Account
from federation import allowance, short_lists
from federation.errors import FederationError
from federation.judge import is_same_origin

log = logging.getLogger(__name__)

# A list is read again for somebody who is not on it, at most once in this time.
AGAIN_SECONDS = 600


async def speaks(group: Account, uri: str) -> bool:
    """Whether somebody speaks for a community; its list is read again when they are not on it."""
    if is_same_origin(uri, group.uri) or uri in group.moderators:
        return True
    if not group.moderators_uri:
        return False
    if not await allowance.allows("moderators", group.uri, 1, seconds=AGAIN_SECONDS):
        return False
    await refresh(group)
    return uri in group.moderators


async def refresh(group: Account) -> None:
    """Read the collection of those who lead a community; when that fails, those who are known stay."""
    if not group.moderators_uri:
        return
    try:
        found = await short_lists.items(group.moderators_uri, group, at_most=limits.MODERATORS)
    except (FederationError, Malformed) as error:
        log.info("who leads %s: %s", group.uri, error)
        return
    group.moderators = [item.id for item in found if item.id is not None]
    await groups.receive_moderators(group.id, group.moderators)
