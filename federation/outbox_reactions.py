"""Emojis under posts, and leave to do things with posts, as activities of people here. Pure, like
`federation.outbox`."""

from __future__ import annotations

from dataclasses import dataclass

from activitypub import write
from activitypub.activities import Activity, InteractionRequest, Like
from activitypub.objects import Emoji
from echo import addresses, ids
from echo.store.outbound import Outgoing
from federation.outbox import Pair, outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class React:
    """An emoji of somebody here as it is written; `as_like`: the first of theirs under that post."""

    uri: str
    content: str
    emojis: tuple[Emoji, ...]
    as_like: bool


def reaction(pair: Pair, react: React, *, target: str) -> Outgoing:
    """An emoji under a post elsewhere."""
    return outgoing(_written(pair, react, target), pair.ours_id, key=f"reaction {react.uri}")


def unreaction(pair: Pair, react: React, *, target: str) -> Outgoing:
    """The same taken back."""
    original = _written(pair, react, target)
    activity = write.undo(activity_id=f"{react.uri}#undo", actor=pair.ours, original=original)
    return outgoing(activity, pair.ours_id, key=f"reaction {react.uri}")


def _written(pair: Pair, react: React, target: str) -> Like:
    return write.react(
        activity_id=react.uri,
        actor=pair.ours,
        target=target,
        author=pair.theirs,
        content=react.content,
        emojis=react.emojis,
        as_like=react.as_like,
    )


def answer(pair: Pair, request: InteractionRequest, *, stamp_uri: str) -> Outgoing:
    """Whether somebody elsewhere may do what they asked for; every answer has an id of its own."""
    here, unique = addresses.here(), ids.new_id()
    activity: Activity
    if stamp_uri:
        activity = write.accept(
            activity_id=here.activity("leave", unique), actor=pair.ours, request=request, result=stamp_uri
        )
    else:
        activity = write.reject(
            activity_id=here.activity("no-leave", unique), actor=pair.ours, request=request
        )
    return outgoing(activity, pair.ours_id, key=f"leave {request.instrument.id}")
