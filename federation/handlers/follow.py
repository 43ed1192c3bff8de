"""Follow: somebody elsewhere wants to follow somebody here."""

from __future__ import annotations

from activitypub.activities import Follow
from echo import addresses
from echo.actions import follows
from echo.kinds import AccountKind
from echo.models import Account
from echo.store import posts
from federation import relayed
from federation.handlers.people import person_here
from federation.reasons import Reason


async def handle(activity: Follow, actor: Account) -> Reason:
    """Ask on behalf of the actor. A repeated Follow is answered again."""
    if activity.object.id == addresses.here().relay:
        return await relayed.followed(activity, actor)
    if activity.id is not None and await posts.was_just_buried(activity.id, actor.id):
        return Reason.DELETED  # its Undo was faster
    followee = await person_here(activity.object.id)
    if followee is None or followee.kind == AccountKind.APPLICATION:
        return Reason.NOT_OURS
    asked = await follows.receive(actor, followee.id, activity.id or "")
    return Reason.BLOCKED if asked is None else Reason.EFFECT
