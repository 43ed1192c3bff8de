"""Accept: somebody elsewhere lets one of ours follow, quote, answer or boost."""

from __future__ import annotations

from activitypub.activities import Accept
from echo.actions import follows, permissions, quotes_elsewhere
from echo.models import Account, Post
from federation import relayed, stamps
from federation.handlers.people import asked_leave, asked_quote, followed_in, kind_of, own_post_in
from federation.judge import is_same_origin
from federation.reasons import Reason
from federation.stamps import Claim


async def handle(activity: Accept, actor: Account) -> Reason:
    """Accept our follow of this very actor, named by its id or by who asked; or our quote of their post.

    Source:  federation.md 3.7: the Follow comes as an address, whole, or whole without its id
    """
    quoting = await asked_quote(activity.object, actor)
    if quoting is not None:
        return quoting if isinstance(quoting, Reason) else await _quote(quoting, actor, activity.result)
    relay = await relayed.answered(activity.object, actor, is_accepted=True)
    if relay is not None:
        return relay
    asked = asked_leave(activity.object)
    post_id = None if asked is None else own_post_in(asked)
    if post_id is not None:
        return await _leave(post_id, activity, actor)
    if kind_of(activity.object.document) not in ("", "Follow"):
        return Reason.UNSUPPORTED_OBJECT
    uri, follower_id, followee_uri = await followed_in(activity.object)
    if followee_uri not in ("", actor.uri) or (not uri and follower_id is None):
        return Reason.FOREIGN_OBJECT
    done = await follows.receive_accept(actor, uri=uri, follower_id=follower_id)
    return Reason.EFFECT if done else Reason.UNKNOWN_OBJECT


async def _leave(post_id: int, activity: Accept, actor: Account) -> Reason:
    """Believe that an answer or a boost may be: the author says so, and others can see it where `result` is.

    Up to GoToSocial 0.18 the Accept is itself what others look at.
    """
    proof = activity.result or activity.id
    if proof is None or not is_same_origin(proof, actor.uri):
        return Reason.FOREIGN_OBJECT
    return Reason.EFFECT if await permissions.accept(actor, post_id, proof) else Reason.DUPLICATE


async def _quote(quoting: Post, actor: Account, stamp_uri: str | None) -> Reason:
    """Accept a quote for the stamp that came along: others will look at it, so it is looked at here first."""
    claim = Claim(quoting=quoting.uri, quoted=quoting.quote_uri, author=actor.uri)
    if stamp_uri is None or not await stamps.holds(stamp_uri, claim):
        return Reason.FOREIGN_OBJECT
    return Reason.EFFECT if await quotes_elsewhere.accept(quoting.id, stamp_uri) else Reason.DUPLICATE
