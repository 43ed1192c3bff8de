"""Block: somebody elsewhere blocks somebody here."""

from __future__ import annotations

from activitypub.activities import Block
from echo.actions import blocks
from echo.models import Account
from echo.store import posts
from federation.handlers.people import person_here
from federation.reasons import Reason


async def handle(activity: Block, actor: Account) -> Reason:
    """Part the two. With a target it is a ban from a community (Lemmy), which says nothing about people."""
    if activity.target is not None:
        return Reason.BAN
    if activity.id is not None and await posts.was_just_buried(activity.id, actor.id):
        return Reason.DELETED  # its Undo was faster
    blocked = await person_here(activity.object.id)
    if blocked is None:
        return Reason.NOT_OURS
    done = await blocks.receive(actor, blocked.id, activity.id or "")
    return Reason.EFFECT if done else Reason.DUPLICATE
