"""What this server says to relays: follow, leave, and everything public that people here publish.

All of it in the name of one actor, `/relay`, who has no account: its key is the server's under another id,
its inbox the shared one. Relays that are posted to (Mastodon's way) get the author's own activities, with a
proof and a linked-data signature; those that are followed (LitePub) get an Announce by that actor.

Source:  FEP-ae0c
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from activitypub import document as documents
from activitypub import write
from activitypub.activities import Activity, Follow
from activitypub.objects import ObjectRef
from activitypub.vocabulary import PUBLIC
from echo import addresses, clock, settings
from echo.kinds import RelayStyle, Visibility
from echo.store import relays
from echo.store.federation_reads import PostSource
from echo.store.outbound import Outgoing
from federation import outbox, recipients, seals
from federation.keys import RELAY_ACTOR
from federation.outcomes import time_to_live
from federation.written import write_down


async def send_relay_follow(relay_id: int) -> None:
    """Ask a relay."""
    relay = await relays.find(relay_id)
    if relay is not None:
        activity = _follow(relay.style, relay.actor_uri, relay.follow_uri)
        await _send(activity, [relay.inbox], key=f"relay {relay.inbox}")


async def send_relay_undo(style: str, inbox: str, actor_uri: str, follow_uri: str) -> None:
    """Leave a relay."""
    original = _follow(style, actor_uri, follow_uri)
    activity = write.undo(activity_id=f"{follow_uri}#undo", actor=addresses.here().relay, original=original)
    await _send(activity, [inbox], key=f"relay {inbox}")


async def send_relay_accept(relay_id: int) -> None:
    """Let a relay follow back."""
    relay, here = await relays.find(relay_id), addresses.here()
    if relay is None or not relay.their_follow_uri:
        return
    request = Follow(id=relay.their_follow_uri, actor=relay.actor_uri, object=ObjectRef(id=here.relay))
    activity = write.accept(
        activity_id=here.activity("relay-accept", relay.id), actor=here.relay, request=request
    )
    await _send(activity, [relay.inbox], key=f"relay {relay.inbox}", again=True)


async def publish(source: PostSource) -> None:
    """Have a new post repeated."""
    if not _is_for_relays(source):
        return
    posted, followed = await _inboxes()
    await _pass(outbox.post(source), posted)
    if followed:
        here = addresses.here()
        activity = write.announce(
            activity_id=here.activity("relay-announce", source.id),
            actor=here.relay,
            target=source.uri,
            published=source.created_at,
            to=(here.relay_followers,),
            cc=(),
        )
        await _send(activity, followed, key=source.uri)


async def publish_change(source: PostSource, activity: Outgoing) -> None:
    """Have an edit or a deletion repeated; those that are followed repeat what is posted to them as well."""
    if _is_for_relays(source):
        posted, followed = await _inboxes()
        await _pass(activity, [*posted, *followed])


def _is_for_relays(source: PostSource) -> bool:
    is_open = source.visibility == Visibility.PUBLIC and not source.local_only and not source.held
    return is_open and not source.boost_of_uri


async def _inboxes() -> tuple[list[str], list[str]]:
    """Where to post, and where to announce."""
    known = await relays.accepted()
    posted = [relay.inbox for relay in known if relay.style == RelayStyle.MASTODON]
    return posted, [relay.inbox for relay in known if relay.style == RelayStyle.LITEPUB]


async def _pass(activity: Outgoing, inboxes: Iterable[str]) -> None:
    # No post_id: a relay is nobody in the audience, so it could not be looked up there.
    if places := recipients.places(inboxes):
        await write_down(replace(await seals.both(activity), post_id=None), places)


async def _send(activity: Activity, inboxes: Iterable[str], *, key: str, again: bool = False) -> None:
    """Say something as the relay actor."""
    assert activity.id is not None, "everything that leaves has an id"
    outgoing = Outgoing(
        uri=activity.id,
        kind=activity.type,
        sender_id=RELAY_ACTOR,
        body=documents.encode(write.write_activity(activity)),
        object_key=key,
        expires_at=clock.now() + time_to_live(activity.type, settings.here().federation.retry_scale),
    )
    await write_down(outgoing, recipients.places(inboxes), again=again)


def _follow(style: str, actor_uri: str, follow_uri: str) -> Follow:
    """Everybody is followed through a relay that is posted to, the relay itself where it is an actor."""
    target = PUBLIC if style == RelayStyle.MASTODON else actor_uri
    to = () if style == RelayStyle.MASTODON else (actor_uri,)
    return Follow(id=follow_uri, actor=addresses.here().relay, object=ObjectRef(id=target), to=to)
