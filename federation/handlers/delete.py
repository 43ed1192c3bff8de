"""Delete: somebody elsewhere deleted a post, took back that they may be quoted, or is gone."""

from __future__ import annotations

from activitypub.activities import Delete
from echo.actions import accounts as account_actions
from echo.actions import boosts, permissions, quotes_elsewhere
from echo.actions import posts as post_actions
from echo.models import Account, Post
from federation import allowance, origins
from federation.handlers.people import known_post
from federation.judge import is_same_origin
from federation.reasons import Reason


async def handle(activity: Delete, actor: Account) -> Reason:
    """Delete what is the actor's own. The id of a post is remembered even when the post is not known yet."""
    uri = activity.object.id
    if uri is None or not is_same_origin(uri, actor.uri):
        return Reason.FOREIGN_OBJECT
    if uri == actor.uri:
        await account_actions.receive_deletion(actor)
        return Reason.EFFECT
    if await quotes_elsewhere.receive_revocation(actor, uri):
        return Reason.EFFECT
    if await permissions.receive_revocation(actor, uri):
        return Reason.EFFECT
    known = await known_post(uri)
    if known is not None and known.author_id != actor.id:
        return Reason.FOREIGN_OBJECT if known.local else await _of_another(known, actor)
    if known is not None and known.boost_of_id is not None:
        done = await boosts.receive_undo(actor, uri=uri)
    else:
        done = await post_actions.receive_removal(actor, uri)
    return Reason.EFFECT if done else Reason.UNKNOWN_OBJECT


async def _of_another(known: Post, actor: Account) -> Reason:
    """What a neighbour says: it may be theirs, and was taken for somebody else's."""
    if not await allowance.allows("disputed", actor.host, origins.FROM_ONE_SERVER):
        return Reason.FOREIGN_OBJECT
    return await origins.check_gone(known, actor)
