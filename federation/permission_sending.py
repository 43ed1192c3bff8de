"""Answers to those who ask whether they may like, answer or boost a post of somebody here."""

from __future__ import annotations

from activitypub.activities import AnnounceRequest, LikeRequest, ReplyRequest
from activitypub.objects import ObjectRef
from echo.policy.interacting import Interaction
from federation import outbox_reactions, recipients
from federation.sending import elsewhere, hand_over, pair_of, post_here

REQUESTS = {
    Interaction.LIKE: LikeRequest,
    Interaction.REPLY: ReplyRequest,
    Interaction.BOOST: AnnounceRequest,
}


async def send_interaction_answer(
    account_id: int,
    post_id: int,
    interaction: str,
    instrument_uri: str,
    request_uri: str,
    stamp_uri: str,
) -> None:
    """Say yes, with where that stands, or no."""
    theirs, post = await elsewhere(account_id), await post_here(post_id)
    if theirs is None or post is None:
        return
    request = REQUESTS[Interaction(interaction)](
        id=request_uri,
        actor=theirs.uri,
        object=ObjectRef(id=post.uri),
        instrument=ObjectRef(id=instrument_uri),
    )
    await hand_over(
        outbox_reactions.answer(pair_of(post.author_id, theirs.uri), request, stamp_uri=stamp_uri),
        await recipients.of_one(theirs.id),
    )
