"""Add: somebody elsewhere pins a post of theirs, or puts a hashtag on their profile."""

from __future__ import annotations

from activitypub.activities import Add, Remove
from echo.actions import featured_tags, pins
from echo.errors import Gone
from echo.models import Account
from echo.store import interest
from federation import resolve
from federation.featured_tags import name_of
from federation.handlers.people import known_post
from federation.judge import is_same_origin
from federation.reasons import Reason


async def handle(activity: Add, actor: Account) -> Reason:
    """Pin a post of the actor's; one that is not known is asked for when somebody here follows the actor."""
    return await change(activity, actor, is_pinned=True)


async def change(activity: Add | Remove, actor: Account, *, is_pinned: bool) -> Reason:
    """Put a post of the actor's into their featured collection, or take it out."""
    uri = activity.object.id
    if activity.object.type == "Hashtag":
        return await _tag(activity, actor, is_featured=is_pinned)
    if not actor.featured_uri or activity.target != actor.featured_uri:
        return Reason.UNSUPPORTED_OBJECT
    if uri is None or not is_same_origin(uri, actor.uri):
        return Reason.FOREIGN_OBJECT
    if await known_post(uri) is None:
        if not is_pinned or not await interest.is_followed(actor.id):
            return Reason.UNKNOWN_OBJECT
        try:
            await resolve.post(uri, budget=resolve.Budget(1))
        except Gone:
            return Reason.DELETED
    done = await pins.receive(actor, uri, is_pinned=is_pinned)
    return Reason.EFFECT if done else Reason.DUPLICATE


async def _tag(activity: Add | Remove, actor: Account, *, is_featured: bool) -> Reason:
    """A hashtag, wherever on the actor's server it is put: Mastodon names the collection of posts."""
    name = name_of(activity.object)
    if activity.target is None or not is_same_origin(activity.target, actor.uri):
        return Reason.FOREIGN_OBJECT
    if name is None:
        return Reason.UNSUPPORTED_OBJECT
    done = await featured_tags.receive(actor, name, is_featured=is_featured)
    return Reason.EFFECT if done else Reason.DUPLICATE
