"""Reject: somebody elsewhere refuses one of ours, removes them as a follower, or is not to be quoted."""

from __future__ import annotations

from activitypub.activities import Reject
from echo.actions import follows, quotes_elsewhere
from echo.models import Account
from federation.handlers.people import asked_quote, followed_in, kind_of
from federation.reasons import Reason


async def handle(activity: Reject, actor: Account) -> Reason:
    """End our follow of this very actor, or our quote of their post."""
    quoting = await asked_quote(activity.object, actor)
    if quoting is not None:
        if isinstance(quoting, Reason):
            return quoting
        return Reason.EFFECT if await quotes_elsewhere.refuse(quoting.id) else Reason.DUPLICATE
    if kind_of(activity.object.document) not in ("", "Follow"):
        return Reason.UNSUPPORTED_OBJECT
    uri, follower_id, followee_uri = await followed_in(activity.object)
    if followee_uri not in ("", actor.uri) or (not uri and follower_id is None):
        return Reason.FOREIGN_OBJECT
    done = await follows.receive_reject(actor, uri=uri, follower_id=follower_id)
    return Reason.EFFECT if done else Reason.UNKNOWN_OBJECT
