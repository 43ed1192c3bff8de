"""Like and EmojiReact: somebody elsewhere likes a post, or puts an emoji under it.

Source:  FEP-c0e0; a Like with `content` or `_misskey_reaction` is an emoji
"""

from __future__ import annotations

from activitypub.activities import EmojiReact, Like
from echo.actions import likes, reactions
from echo.models import Account
from federation.handlers.people import known_post, why_not
from federation.reasons import Reason
from federation.translate.reactions import sign_of


async def handle(activity: Like, actor: Account) -> Reason:
    """Take it for a post that is known here; others are not asked for. What is no emoji is a like."""
    post = await known_post(activity.object.id)
    if post is None or post.boost_of_id is not None:
        return Reason.UNKNOWN_OBJECT
    uri, sign = activity.id or "", sign_of(activity)
    is_reaction = isinstance(activity, EmojiReact)
    if sign is not None:
        done = await reactions.receive(actor, post.id, sign, uri=uri, as_like=not is_reaction)
    elif is_reaction:
        return Reason.UNSUPPORTED_OBJECT
    else:
        done = await likes.receive(actor, post.id, uri)
    return Reason.EFFECT if done else await why_not(actor, post)
