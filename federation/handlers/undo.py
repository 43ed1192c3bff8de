"""Undo: the actor takes back what the actor did; actions look only for what is the actor's."""

from __future__ import annotations

from activitypub.activities import Like, Undo
from activitypub.errors import Malformed
from activitypub.read import read_activity
from echo.actions import blocks, boosts, follows, likes, reactions
from echo.actions.reactions import Sign
from echo.models import Account
from federation.handlers.people import kind_of, known_post, person_here
from federation.judge import is_same_origin
from federation.network import allow_http
from federation.reasons import Reason
from federation.translate.reactions import sign_of


async def handle(activity: Undo, actor: Account) -> Reason:
    """Take back a Follow, Like, Announce or Block, named by its id, or by its object where it has none."""
    uri, inner = activity.object.id or "", activity.object.document
    if uri and not is_same_origin(uri, actor.uri):
        return Reason.FOREIGN_OBJECT
    about = None if inner is None else inner.reference("object")
    kind = kind_of(inner)
    if kind == "Follow":
        done = await _follow(actor, uri, about)
    elif kind in ("Like", "EmojiReact"):
        done = await _like(actor, uri, about, activity)
    elif kind == "Announce":
        done = await _boost(actor, uri, about)
    elif kind == "Block" and inner is not None and inner.has("target"):
        return Reason.BAN
    elif kind == "Dislike":
        return Reason.DISLIKE
    elif kind == "Block":
        done = await _block(actor, uri, about)
    elif kind == "" and uri:
        done = await _whatever(actor, uri)
    else:
        return Reason.UNSUPPORTED_OBJECT
    return Reason.EFFECT if done else Reason.UNKNOWN_OBJECT


async def _follow(actor: Account, uri: str, about: str | None) -> bool:
    followee = await person_here(about)
    return await follows.receive_undo(actor, uri=uri, followee_id=followee.id if followee else None)


async def _like(actor: Account, uri: str, about: str | None, activity: Undo) -> bool:
    """A like or an emoji: what the id says, else what stands inside."""
    post = await known_post(about)
    post_id, sign = post.id if post else None, _sign(activity)
    is_emoji = sign is not None or kind_of(activity.object.document) == "EmojiReact"
    if is_emoji:
        return await reactions.receive_undo(
            actor, uri=uri, post_id=post_id, sign=sign
        ) or await likes.receive_undo(actor, uri=uri)
    return await likes.receive_undo(actor, uri=uri, post_id=post_id) or await reactions.receive_undo(
        actor, uri=uri, post_id=post_id
    )


def _sign(activity: Undo) -> Sign | None:
    inner = activity.object.document
    if inner is None:
        return None
    try:
        undone = read_activity(inner, allow_http=allow_http())
    except Malformed:
        return None
    return sign_of(undone) if isinstance(undone, Like) else None


async def _boost(actor: Account, uri: str, about: str | None) -> bool:
    post = await known_post(about)
    return await boosts.receive_undo(actor, uri=uri, post_id=post.id if post else None)


async def _block(actor: Account, uri: str, about: str | None) -> bool:
    blocked = await person_here(about)
    return await blocks.receive_undo(actor, uri=uri, blocked_id=blocked.id if blocked else None)


async def _whatever(actor: Account, uri: str) -> bool:
    """Only an id: it is one of these, and each looks for its own."""
    return (
        await follows.receive_undo(actor, uri=uri)
        or await blocks.receive_undo(actor, uri=uri)
        or await likes.receive_undo(actor, uri=uri)
        or await reactions.receive_undo(actor, uri=uri)
        or await boosts.receive_undo(actor, uri=uri)
    )
