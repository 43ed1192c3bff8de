"""Announce: somebody elsewhere boosts a post, ours or anybody's."""

from __future__ import annotations

from activitypub.activities import ACTIVITY_CLASSES, Announce
from activitypub.addressing import read_audience
from echo import clock
from echo.actions import boosts
from echo.errors import Gone
from echo.kinds import Visibility
from echo.models import Account, Post
from echo.store import interest
from federation import ingest, relayed, resolve
from federation.handlers import groups as communities
from federation.handlers.people import kind_of, known_post
from federation.network import is_ours
from federation.reasons import Reason


async def handle(activity: Announce, actor: Account) -> Reason:
    """Store a boost. An embedded copy of the post is not looked at: its origin is asked.

    Raises:  FederationError when the post is unknown and its origin does not give it
    """
    relay = await relayed.announced(activity, actor)
    if relay is not None:
        return relay
    inner = activity.object.document
    if kind_of(inner) in ACTIVITY_CLASSES or (inner is not None and inner.has("actor")):
        return await communities.unwrap(activity, actor)  # a community passing on what was done in it
    if activity.object.id is None:
        return Reason.NO_ID
    audience = read_audience(activity.to, activity.cc, followers=actor.followers_uri or None)
    visibility = Visibility(audience.visibility)
    if visibility == Visibility.DIRECT:
        return Reason.NOT_ADDRESSED
    post = await _post(activity.object.id, actor)
    if isinstance(post, Reason):
        return post
    stored = await boosts.receive(
        actor,
        post.id,
        activity.id or "",
        activity.published or clock.now(),
        visibility,
    )
    return Reason.DUPLICATE if stored is None else Reason.EFFECT


async def _post(uri: str, booster: Account) -> Post | Reason:
    """The boosted post: known, or asked for when somebody here would see the boost."""
    known = await known_post(uri)
    if known is not None:
        is_wanted = known.local or await interest.is_followed(booster.id)
        return known if is_wanted else Reason.UNRELATED
    if is_ours(uri):
        return Reason.UNKNOWN_OBJECT
    if not await interest.is_followed(booster.id):
        return Reason.UNRELATED
    try:
        return await resolve.post(uri, budget=resolve.Budget(ingest.PARENTS))
    except Gone:
        return Reason.DELETED
