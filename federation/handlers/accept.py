"""Accept: somebody elsewhere lets one of ours follow, or quote."""

from __future__ import annotations

from activitypub.activities import Accept
from echo.actions import follows, quotes_elsewhere
from echo.models import Account, Post
from federation import stamps
from federation.handlers.people import asked_quote, followed_in, kind_of
from federation.reasons import Reason
from federation.stamps import Claim


async def handle(activity: Accept, actor: Account) -> Reason:
    """Accept our follow of this very actor, named by its id or by who asked; or our quote of their post.

    Source:  federation.md 3.7: the Follow comes as an address, whole, or whole without its id
    """
    quoting = await asked_quote(activity.object, actor)
    if quoting is not None:
        return quoting if isinstance(quoting, Reason) else await _quote(quoting, actor, activity.result)
    if kind_of(activity.object.document) not in ("", "Follow"):
        return Reason.UNSUPPORTED_OBJECT
    uri, follower_id, followee_uri = await followed_in(activity.object)
    if followee_uri not in ("", actor.uri) or (not uri and follower_id is None):
        return Reason.FOREIGN_OBJECT
    done = await follows.receive_accept(actor, uri=uri, follower_id=follower_id)
    return Reason.EFFECT if done else Reason.UNKNOWN_OBJECT


async def _quote(quoting: Post, actor: Account, stamp_uri: str | None) -> Reason:
    """Accept a quote for the stamp that came along: others will look at it, so it is looked at here first."""
    claim = Claim(quoting=quoting.uri, quoted=quoting.quote_uri, author=actor.uri)
    if stamp_uri is None or not await stamps.holds(stamp_uri, claim):
        return Reason.FOREIGN_OBJECT
    return Reason.EFFECT if await quotes_elsewhere.accept(quoting.id, stamp_uri) else Reason.DUPLICATE
