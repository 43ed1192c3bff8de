"""Reject: somebody elsewhere refuses one of ours, removes them as a follower, or does not want to be quoted,
liked, answered or boosted by them."""

from __future__ import annotations

from activitypub.activities import Reject
from echo.actions import follows, permissions, quotes_elsewhere
from echo.models import Account
from federation import relayed
from federation.handlers.people import asked_leave, asked_quote, followed_in, kind_of, own_post_in
from federation.reasons import Reason


async def handle(activity: Reject, actor: Account) -> Reason:
    """End our follow of this very actor, or our quote of their post."""
    quoting = await asked_quote(activity.object, actor)
    if quoting is not None:
        if isinstance(quoting, Reason):
            return quoting
        return Reason.EFFECT if await quotes_elsewhere.refuse(quoting.id) else Reason.DUPLICATE
    relay = await relayed.answered(activity.object, actor, is_accepted=False)
    if relay is not None:
        return relay
    asked = asked_leave(activity.object)
    if asked is not None and await _leave(asked, actor):
        return Reason.EFFECT
    if kind_of(activity.object.document) not in ("", "Follow"):
        return Reason.UNSUPPORTED_OBJECT
    uri, follower_id, followee_uri = await followed_in(activity.object)
    if followee_uri not in ("", actor.uri) or (not uri and follower_id is None):
        return Reason.FOREIGN_OBJECT
    done = await follows.receive_reject(actor, uri=uri, follower_id=follower_id)
    return Reason.EFFECT if done else Reason.UNKNOWN_OBJECT


async def _leave(uri: str, actor: Account) -> bool:
    """Take back a like, hide an answer, end a boost that the actor does not want."""
    post_id = own_post_in(uri)
    if post_id is None:
        return await permissions.refuse_like(actor, uri)
    return await permissions.refuse(actor, post_id)
