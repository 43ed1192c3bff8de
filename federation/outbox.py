"""Activities of people here, built from rows as they are now. Pure: what is needed is handed in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from activitypub import document as documents
from activitypub import write
from activitypub.activities import Activity, Announce, Follow, QuoteRequest
from activitypub.activities import Block as WireBlock
from activitypub.activities import Like as WireLike
from activitypub.objects import ObjectRef
from activitypub.vocabulary import PUBLIC
from echo import addresses, clock, ids, settings
from echo.db import Row
from echo.models import Account
from echo.models import Follow as FollowRow
from echo.store.federation_reads import ActorSource, PostSource
from echo.store.outbound import Outgoing
from federation.outcomes import time_to_live
from federation.translate.accounts import actor_of
from federation.translate.polls import vote_of
from federation.translate.posts import audience_on_wire, note_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Somebody here and somebody elsewhere, by their ids."""

    ours_id: int
    ours: str
    theirs: str


def post(source: PostSource) -> Outgoing:
    """A new post or boost."""
    if source.boost_of_uri:
        return outgoing(_announce(source), source.author_id, key=source.uri, post_id=source.id)
    activity = write.create(activity_id=create_id(source), note=note_of(source))
    return outgoing(activity, source.author_id, key=source.order, post_id=source.id)


def edit(source: PostSource) -> Outgoing:
    """What a post says now."""
    activity = write.update_note(
        activity_id=addresses.here().activity("update", f"{source.id}-{source.version}"),
        note=note_of(source),
        published=source.edited_at,
    )
    return outgoing(activity, source.author_id, key=source.order, post_id=source.id)


def counts(source: PostSource) -> Outgoing:
    """How a poll stands now. It says of no new version: it is no edit."""
    activity = write.update_note(
        activity_id=addresses.here().activity("counts", f"{source.id}-{ids.new_id()}"),
        note=note_of(source),
    )
    return outgoing(activity, source.author_id, key=source.uri, post_id=source.id)


def vote(pair: Pair, *, vote_id: int, title: str, poll: PostSource) -> Outgoing:
    """A choice in a poll elsewhere."""
    note = vote_of(
        uri=f"{pair.ours}#votes/{vote_id}",
        voter=pair.ours,
        title=title,
        poll_uri=poll.uri,
        author=poll.author_uri,
    )
    activity = write.create(activity_id=f"{note.id}/activity", note=note)
    return outgoing(activity, pair.ours_id, key=f"vote {pair.ours} {poll.uri}")


def deletion(source: PostSource) -> Outgoing:
    """The end of a post or boost."""
    to, cc = audience_on_wire(source)
    activity: Activity
    if source.boost_of_uri:
        activity = write.undo(
            activity_id=f"{source.uri}#undo", actor=source.author_uri, original=_announce(source)
        )
    else:
        activity = write.delete_object(
            activity_id=f"{source.uri}#delete", actor=source.author_uri, target=source.uri, to=to, cc=cc
        )
    return outgoing(activity, source.author_id, key=source.order)


def create_id(source: PostSource) -> str:
    """The id of the activity that published a post; it is served as well."""
    return f"{source.uri}/activity"


def created(source: PostSource) -> Activity:
    """The activity that published a post or boost, as it is served."""
    if source.boost_of_uri:
        return _announce(source)
    return write.create(activity_id=create_id(source), note=note_of(source))


def pin(source: PostSource, *, is_pinned: bool) -> Outgoing:
    """A post on top of its author's profile, or not any more."""
    here = addresses.here()
    put = write.add if is_pinned else write.remove
    activity = put(
        activity_id=here.activity("pin" if is_pinned else "unpin", f"{source.id}-{ids.new_id()}"),
        actor=source.author_uri,
        item=ObjectRef(id=source.uri),
        target=here.collection(source.author_id, "featured"),
        to=(PUBLIC,),
        cc=(here.collection(source.author_id, "followers"),),
    )
    return outgoing(activity, source.author_id, key=f"pin {source.uri}")


def quote_request(source: PostSource, *, quoted: str, author: str) -> Outgoing:
    """The wish to quote a post elsewhere, with the quoting post in it."""
    activity = write.quote_request(
        activity_id=addresses.here().activity("quote-request", source.id),
        quoted=quoted,
        author=author,
        note=note_of(source),
    )
    return outgoing(activity, source.author_id, key=source.uri)


def quote_answer(pair: Pair, *, request: QuoteRequest, stamp_uri: str) -> Outgoing:
    """Whether somebody elsewhere may quote; every answer has an id of its own, as requests are repeated."""
    here, unique = addresses.here(), ids.new_id()
    activity: Activity
    if stamp_uri:
        activity = write.accept(
            activity_id=here.activity("quote-accept", unique),
            actor=pair.ours,
            request=request,
            result=stamp_uri,
        )
    else:
        activity = write.reject(
            activity_id=here.activity("quote-reject", unique), actor=pair.ours, request=request
        )
    return outgoing(activity, pair.ours_id, key=f"quote {request.instrument.id}")


def quote_end(pair: Pair, *, stamp_uri: str) -> Outgoing:
    """What was allowed is not any more."""
    activity = write.delete_stamp(
        activity_id=f"{stamp_uri}#delete", actor=pair.ours, stamp=stamp_uri, to=(PUBLIC,)
    )
    return outgoing(activity, pair.ours_id, key=f"stamp {stamp_uri}")


def like(pair: Pair, *, uri: str, target: str) -> Outgoing:
    """A like of a post elsewhere."""
    return outgoing(_like(pair, uri, target), pair.ours_id, key=f"like {pair.ours} {target}")


def unlike(pair: Pair, *, uri: str, target: str) -> Outgoing:
    """A like taken back."""
    activity = write.undo(activity_id=f"{uri}#undo", actor=pair.ours, original=_like(pair, uri, target))
    return outgoing(activity, pair.ours_id, key=f"like {pair.ours} {target}")


def follow(pair: Pair, *, uri: str) -> Outgoing:
    """The wish to follow somebody elsewhere."""
    activity = write.follow(activity_id=uri, actor=pair.ours, target=pair.theirs)
    return outgoing(activity, pair.ours_id, key=f"follow {pair.ours} {pair.theirs}")


def unfollow(pair: Pair, *, uri: str) -> Outgoing:
    """The end of a follow."""
    original = write.follow(activity_id=uri, actor=pair.ours, target=pair.theirs)
    activity = write.undo(activity_id=f"{uri}#undo", actor=pair.ours, original=original)
    return outgoing(activity, pair.ours_id, key=f"follow {pair.ours} {pair.theirs}")


def accept(pair: Pair, row: FollowRow) -> Outgoing:
    """Somebody elsewhere may follow."""
    activity = write.accept(
        activity_id=addresses.here().activity("accept", f"{row.id}-{_digest(row.uri)}"),
        actor=pair.ours,
        request=_their_follow(pair, row.uri),
    )
    return outgoing(activity, pair.ours_id, key=f"follow {pair.theirs} {pair.ours}")


def reject(pair: Pair, *, uri: str) -> Outgoing:
    """Somebody elsewhere may not follow, or not any more."""
    activity = write.reject(
        activity_id=addresses.here().activity("reject", _digest(pair.ours, pair.theirs, uri)),
        actor=pair.ours,
        request=_their_follow(pair, uri),
    )
    return outgoing(activity, pair.ours_id, key=f"follow {pair.theirs} {pair.ours}")


def block(pair: Pair, *, uri: str) -> Outgoing:
    """A block of somebody elsewhere."""
    return outgoing(_block(pair, uri), pair.ours_id, key=f"block {pair.ours} {pair.theirs}")


def unblock(pair: Pair, *, uri: str) -> Outgoing:
    """A block taken back."""
    activity = write.undo(activity_id=f"{uri}#undo", actor=pair.ours, original=_block(pair, uri))
    return outgoing(activity, pair.ours_id, key=f"block {pair.ours} {pair.theirs}")


def profile(source: ActorSource) -> Outgoing:
    """A changed profile; news of other keys are signed with those that others have."""
    activity = write.update_actor(
        activity_id=addresses.here().activity("profile", f"{source.id}-{source.version}"),
        actor=actor_of(source),
        to=(PUBLIC,),
        cc=(addresses.here().collection(source.id, "followers"),),
    )
    generation = source.key_generation if source.next_public_pem else None
    return replace(outgoing(activity, source.id, key=source.uri), key_generation=generation)


def move(source: ActorSource, target: str) -> Outgoing:
    """An account goes on as another one."""
    activity = write.move(
        activity_id=addresses.here().activity("move", f"{source.id}-{_digest(target, str(source.version))}"),
        actor=source.uri,
        target=target,
        to=(addresses.here().collection(source.id, "followers"),),
    )
    return outgoing(activity, source.id, key=source.uri)


def report(row: Row, *, sender_id: int, posts: Sequence[str]) -> Outgoing:
    """A report that is forwarded, in the name of this server: who made it is not told.

    Shapes:  row: of `store.reports.rows`; posts: ActivityPub ids
    """
    activity = write.flag(
        activity_id=addresses.here().activity("report", row["id"]),
        actor=addresses.here().actor(sender_id),
        targets=(row["target_uri"], *posts),
        content=row["comment"],
    )
    return outgoing(activity, sender_id, key=f"report {row['id']}")


def goodbye(account: Account) -> Outgoing:
    """The end of an account."""
    uri = addresses.here().actor(account.id)
    activity = write.delete_actor(activity_id=f"{uri}#delete", actor=uri, to=(PUBLIC,))
    return outgoing(activity, account.id, key=uri)


def outgoing(activity: Activity, sender_id: int, *, key: str, post_id: int | None = None) -> Outgoing:
    """An activity as it is kept until it has left; `key`: what it is about, in whose order it goes."""
    assert activity.id is not None, "everything that leaves has an id"
    return Outgoing(
        uri=activity.id,
        kind=activity.type,
        sender_id=sender_id,
        body=documents.encode(write.write_activity(activity)),
        object_key=key,
        expires_at=clock.now() + time_to_live(activity.type, settings.here().federation.retry_scale),
        post_id=post_id,
        is_open=PUBLIC in activity.to or PUBLIC in activity.cc,
    )


def _announce(source: PostSource) -> Announce:
    to, cc = audience_on_wire(source)
    return write.announce(
        activity_id=source.uri,
        actor=source.author_uri,
        target=source.boost_of_uri,
        published=source.created_at,
        to=to,
        cc=cc,
        authorization=source.approval_uri or None,
    )


def _like(pair: Pair, uri: str, target: str) -> WireLike:
    return write.like(activity_id=uri, actor=pair.ours, target=target, author=pair.theirs)


def _block(pair: Pair, uri: str) -> WireBlock:
    return write.block(activity_id=uri, actor=pair.ours, target=pair.theirs)


def _their_follow(pair: Pair, uri: str) -> Follow:
    """The Follow that is answered, as they sent it; some match it by id, some by shape."""
    return Follow(id=uri or None, actor=pair.theirs, object=ObjectRef(id=pair.ours))


def _digest(*parts: str) -> str:
    """A short name for something with a long one: an activity that is built twice has one id."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]
