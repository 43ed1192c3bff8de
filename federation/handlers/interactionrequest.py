"""LikeRequest, ReplyRequest, AnnounceRequest: somebody elsewhere asks before they do it (GoToSocial)."""

from __future__ import annotations

from activitypub.activities import AnnounceRequest, InteractionRequest, LikeRequest
from echo.actions import permissions
from echo.models import Account
from echo.policy.interacting import Interaction
from echo.policy.interaction import may_boost
from echo.policy.viewer import Viewer
from echo.store import posts
from federation.judge import is_same_origin
from federation.reasons import Reason


async def handle(activity: InteractionRequest, actor: Account) -> Reason:
    """Answer at once: who may read a post may like and answer it, and boost it where anybody may."""
    post = await posts.find_by_uri(Viewer(actor.id), activity.object.id or "")
    if post is None or not post.local or post.boost_of_id is not None:
        return Reason.UNKNOWN_OBJECT
    instrument = activity.instrument.id
    if instrument is None or not is_same_origin(instrument, actor.uri):
        return Reason.FOREIGN_OBJECT
    interaction, may = Interaction.REPLY, True
    if isinstance(activity, LikeRequest):
        interaction = Interaction.LIKE
    elif isinstance(activity, AnnounceRequest):
        interaction, may = Interaction.BOOST, may_boost(post.visibility, is_author=False)
    await permissions.answer(
        actor, post, interaction, instrument=instrument, request=activity.id or "", may=may
    )
    return Reason.EFFECT
