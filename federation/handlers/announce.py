"""Announce: somebody elsewhere boosts a post, ours or anybody's."""

from __future__ import annotations

from activitypub.activities import ACTIVITY_CLASSES, Announce
from activitypub.addressing import read_audience
from activitypub.read import is_activity
from echo import clock
from echo.actions import boosts
from echo.errors import Gone
from echo.kinds import Visibility
from echo.models import Account, Post
from echo.store import interest
from federation import allowance, ingest, permitted, relayed, resolve
from federation.handlers import groups as communities
from federation.handlers.people import kind_of, known_post, why_not
from federation.network import is_ours
from federation.reasons import Reason

# What of ours is an activity about a post, by the end of its id.
CREATED = "/activity"
# Strange things that one server may have us ask for in a minute by announcing them.
FROM_ONE_SERVER = 300


async def handle(activity: Announce, actor: Account) -> Reason:
    """Store a boost. An embedded copy of the post is not looked at: its origin is asked.

    Raises:  FederationError when the post is unknown and its origin does not give it
    """
    relay = await relayed.announced(activity, actor)
    if relay is not None:
        return relay
    inner = activity.object.document
    is_wrapped = kind_of(inner) in ACTIVITY_CLASSES or (inner is not None and inner.has("actor"))
    if inner is not None and is_wrapped and inner.has("object"):
        return await communities.unwrap(activity, actor)  # a community passing on what was done in it
    if activity.object.id is None:
        return Reason.NO_ID
    audience = read_audience(activity.to, activity.cc, followers=actor.followers_uri or None)
    visibility = Visibility(audience.visibility)
    if visibility == Visibility.DIRECT:
        return Reason.NOT_ADDRESSED
    post = await _post(activity, activity.object.id, actor)
    if isinstance(post, Reason):
        return post
    if not await permitted.may_boost(activity.id or "", activity.authorization, actor, post):
        return Reason.UNPROVEN
    stored = await boosts.receive(
        actor,
        post.id,
        activity.id or "",
        activity.published or clock.now(),
        visibility,
    )
    return await why_not(actor, post) if stored is None else Reason.EFFECT


async def _post(activity: Announce, uri: str, booster: Account) -> Post | Reason:
    """The boosted post: known, or asked for when somebody here would see the boost.

    What is named may be an activity: then a community passes it on.

    Returns: a reason, also EFFECT, when no boost is to be stored
    """
    known = await known_post(uri.removesuffix(CREATED) if is_ours(uri) else uri)
    if known is not None:
        is_wanted = known.local or await interest.is_followed(booster.id)
        return known if is_wanted else Reason.UNRELATED
    if is_ours(uri):
        return Reason.UNKNOWN_OBJECT
    is_followed = await interest.is_followed(booster.id)
    if not is_followed and not await communities.is_heard(booster):
        return Reason.UNRELATED
    if not await allowance.allows("announced", booster.host, FROM_ONE_SERVER):
        return Reason.TOO_MANY
    try:
        document = await resolve.strange(uri)
        if is_activity(document):
            return await communities.named(activity, document, booster)
        budget = resolve.Budget(ingest.PARENTS, {uri})
        return await resolve.take(document, budget) if is_followed else Reason.UNRELATED
    except Gone:
        return Reason.DELETED
