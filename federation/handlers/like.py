"""Like: somebody elsewhere likes a post. An emoji reaction in the form of a Like counts as one."""

from __future__ import annotations

from activitypub.activities import Like
from echo.actions import likes
from echo.models import Account
from federation.handlers.people import known_post
from federation.reasons import Reason


async def handle(activity: Like, actor: Account) -> Reason:
    """Like a post that is known here; others are not asked for."""
    post = await known_post(activity.object.id)
    if post is None or post.boost_of_id is not None:
        return Reason.UNKNOWN_OBJECT
    liked = await likes.receive(actor, post.id, activity.id or "")
    return Reason.EFFECT if liked else Reason.DUPLICATE
