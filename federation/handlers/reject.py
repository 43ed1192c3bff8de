"""Reject: somebody elsewhere refuses one of ours, or removes them as a follower."""

from __future__ import annotations

from activitypub.activities import Reject
from echo.actions import follows
from echo.models import Account
from federation.handlers.people import followed_in, kind_of
from federation.reasons import Reason


async def handle(activity: Reject, actor: Account) -> Reason:
    """End our follow of this very actor."""
    if kind_of(activity.object.document) not in ("", "Follow"):
        return Reason.UNSUPPORTED_OBJECT
    uri, follower_id, followee_uri = await followed_in(activity.object)
    if followee_uri not in ("", actor.uri) or (not uri and follower_id is None):
        return Reason.FOREIGN_OBJECT
    done = await follows.receive_reject(actor, uri=uri, follower_id=follower_id)
    return Reason.EFFECT if done else Reason.UNKNOWN_OBJECT
