"""What those who lead a community say about what it shows: put on top, locked, who else leads it.

Source:  FEP-1b12; Lemmy
"""

from __future__ import annotations

from activitypub.activities import Activity, Add, Remove
from echo.actions import permissions, pins
from echo.models import Account, Post
from echo.store import groups, interest
from federation import moderators
from federation.handlers.people import known_post
from federation.reasons import Reason


async def concerns(post: Post, group: Account) -> bool:
    """Whether a community has to do with somebody here: followed, or chosen by the author of the post."""
    return await interest.is_followed(group.id) or group.id in await groups.addressed_by(post.id)


async def listed(inner: Add | Remove, group: Account) -> Reason:
    """A post is on top of the community, or somebody leads it; or not any more."""
    if not inner.target or inner.target not in (group.featured_uri, group.moderators_uri):
        return Reason.UNSUPPORTED_OBJECT
    if not await moderators.speaks(group, inner.actor):
        return Reason.UNPROVEN
    if inner.target == group.moderators_uri:
        await moderators.refresh(group)
        return Reason.EFFECT
    if inner.object.id is None:
        return Reason.NO_ID
    done = await pins.receive(group, inner.object.id, is_pinned=isinstance(inner, Add))
    return Reason.EFFECT if done else Reason.DUPLICATE


async def locked(inner: Activity, group: Account, *, is_locked: bool) -> Reason:
    """Nobody may answer what a community shows, or everybody again. Posts of ours stay as they are."""
    post = await known_post(inner.object.id)
    if post is None or post.local or not await groups.shows(group.id, post.id):
        return Reason.UNKNOWN_OBJECT
    if not await moderators.speaks(group, inner.actor):
        return Reason.UNPROVEN
    done = await permissions.close_answers(post.id, is_closed=is_locked)
    return Reason.EFFECT if done else Reason.DUPLICATE
