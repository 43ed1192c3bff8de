"""What relays bring: public posts, for the public timelines alone.

A relay is believed in nothing. A post is taken from a copy with a proof of its author's, or else from its
origin. Nobody is told of it and no link in it is looked at; what people here are to see in their own
timelines, or be told of, its author's server delivers by itself, so that is left to it.

Source:  federation.md 5.3
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from activitypub.activities import ACTIVITY_CLASSES, Announce, Create, Follow
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import Note, ObjectRef, is_vote
from activitypub.read import is_activity, read_activity
from echo import addresses, settings
from echo.actions import posts as post_actions
from echo.actions import relays as relay_actions
from echo.actions.drafts import RemotePost
from echo.errors import Gone
from echo.kinds import AccountKind, RelayStyle, Visibility
from echo.models import Account, Relay
from echo.store import interest, posts, relays
from federation import allowance, ingest, resolve
from federation.fetch import fetch
from federation.judge import is_same_origin
from federation.network import allow_http, is_ours
from federation.reasons import Reason

Copy = Callable[[], Awaitable[Note | Reason | None]]

# Of what is taken in a minute, this part may be announcements.
ANNOUNCED = 0.75


async def answered(ref: ObjectRef, actor: Account, *, is_accepted: bool) -> Reason | None:
    """A relay accepts our Follow or refuses it; None when this answers no Follow to a relay."""
    relay = await _asked(ref, actor)
    if relay is None:
        return None
    speaks = actor.uri == relay.actor_uri if relay.style == RelayStyle.LITEPUB else _is_at(actor, relay)
    if not speaks:
        return Reason.FOREIGN_OBJECT
    done = await relay_actions.receive_answer(relay, actor.uri, is_accepted=is_accepted)
    return Reason.EFFECT if done else Reason.DUPLICATE


async def followed(activity: Follow, actor: Account) -> Reason:
    """Somebody follows our relay actor: only relays may, who repeat what it announces."""
    relay = await relays.find_by_actor(actor.uri)
    if relay is None or activity.id is None:
        return Reason.NOT_OURS
    await relay_actions.receive_follow(relay, activity.id)
    return Reason.EFFECT


async def announced(activity: Announce, actor: Account) -> Reason | None:
    """A relay announces a post, which is no boost; None when the actor is no relay."""
    if actor.kind in (AccountKind.PERSON, AccountKind.ORGANIZATION) or not await relays.is_relay(actor.uri):
        return None
    inner = activity.object.document
    is_wrapped = inner is not None and inner.type in ACTIVITY_CLASSES
    uri = inner.reference("object") if inner is not None and is_wrapped else activity.object.id
    if uri is None:
        return Reason.NO_ID
    return await take(uri, is_announced=True)


async def take(uri: str, *, copy: Copy | None = None, is_announced: bool = False) -> Reason:
    """Store a public post that a relay brought.

    Shapes:  copy: reads what its author has proven it says; finding that out may take a request
    Raises:  FederationError when it has to be asked for and is not given
    """
    if is_ours(uri):
        return Reason.UNKNOWN_OBJECT
    known = await posts.find_with_deleted_for_worker(uri)
    if known is not None:
        return Reason.DUPLICATE if known.deleted_at is None else Reason.DELETED
    if not await _is_room(is_announced=is_announced):
        return Reason.TOO_MANY
    note = None if copy is None else await copy()
    if isinstance(note, Reason):
        return note
    if note is None:
        document = await fetch(uri)
        if is_activity(document):
            return await _created(document, is_announced=is_announced)
        note = ingest.read(document)
    author = await resolve.account(note.attributed_to)
    if author.suspended_at is not None or author.silenced_at is not None:
        return Reason.REFUSED
    draft = await ingest.draft_of(note, author)
    objection = await _objection(note, author, draft)
    if objection:
        return objection
    try:
        await post_actions.receive(author, replace(draft, is_quiet=True))
    except Gone:
        return Reason.DELETED
    return Reason.EFFECT


async def _created(document: Document, *, is_announced: bool) -> Reason:
    """The post that a Create is about, whose own server has served it; it is asked for by its id."""
    try:
        activity = read_activity(document, allow_http=allow_http())
    except Malformed:
        return Reason.MALFORMED
    uri = activity.object.id
    if not isinstance(activity, Create) or uri is None or not is_same_origin(uri, document.id or ""):
        return Reason.UNSUPPORTED_OBJECT
    return await take(uri, is_announced=is_announced)


async def _is_room(*, is_announced: bool) -> bool:
    """Whether one more is taken in this minute; a flood of announcements leaves room for the others."""
    at_most = settings.here().federation.relayed_per_minute
    if is_announced and not await allowance.allows("relayed", "announced", int(at_most * ANNOUNCED)):
        return False
    return await allowance.allows("relayed", "all", at_most)


async def _objection(note: Note, author: Account, draft: RemotePost) -> Reason:
    if is_vote(note):
        return Reason.VOTE
    if await ingest.is_taken(note, author):
        return Reason.TAKEN_ID
    if draft.visibility != Visibility.PUBLIC:
        return Reason.NOT_ADDRESSED
    is_for_us = bool(draft.quote_uri) and is_ours(draft.quote_uri)
    people = [*draft.mentioned_ids, *draft.silent_ids]
    if is_for_us or await interest.local_among(people) or await interest.is_followed(author.id):
        return Reason.COMES_ITSELF
    return Reason.EFFECT


async def _asked(ref: ObjectRef, actor: Account) -> Relay | None:
    """The relay that was asked with the Follow that is answered, by its id, or by who asked whom."""
    if ref.id is not None and (found := await relays.find_by_follow(ref.id)) is not None:
        return found
    inner, here = ref.document, addresses.here()
    if inner is None or inner.reference("actor") != here.relay:
        return None
    for relay in await relays.waiting():
        if actor.uri == relay.actor_uri or _is_at(actor, relay):
            return relay
    return None


def _is_at(actor: Account, relay: Relay) -> bool:
    return is_same_origin(actor.uri, relay.inbox)
