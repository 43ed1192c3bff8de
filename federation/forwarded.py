"""Activities that somebody passes on: believed by a proof of the actor's inside, else their origin is asked.

Servers pass replies and deletions on to everybody in a thread. Only what touches something that is known here
is looked at, so that nobody can send us asking around; what one server makes us ask in a minute is counted.
Relays may bring public posts that nothing here knows of (`federation.relayed`).

    Create, Update      with a proof of the actor's the copy is read; otherwise the object is asked for
    Delete              the origin is asked; a live object stays. Where it cannot be asked, a proof or a
                        linked-data signature of the actor's is enough
    others              nothing

Blocks are about the actor, whoever brings it (mastodon#11295).
"""

from __future__ import annotations

from activitypub.activities import Activity, Create, Delete, Update
from activitypub.document import Document
from activitypub.objects import Note
from echo.actions import accounts as account_actions
from echo.actions import posts as post_actions
from echo.errors import Gone
from echo.models import Account, Post
from echo.store import accounts, posts, relays
from echo.store.inbound import Stored
from federation import allowance, ingest, judge, origins, relayed, resolve
from federation.authenticate import known_sender
from federation.errors import FederationError, Unreachable, Unwelcome
from federation.fetch import fetch
from federation.handlers import create, update
from federation.judge import is_same_origin
from federation.network import is_ours, network
from federation.proven import has_proof, linked
from federation.reasons import Reason

# What one server may make us look at in a minute.
FROM_ONE_SERVER = 120


async def handle(stored: Stored, document: Document, activity: Activity) -> Reason:
    """Do what an activity of somebody else than its sender asks for, if it is true.

    Raises:  FederationError when the origin does not answer
    """
    uri = activity.object.id
    if uri is None or is_ours(uri) or is_ours(activity.actor):
        return Reason.FORWARDED
    objection = judge.objection(activity, key_id=activity.actor)
    if objection:
        return objection
    if await network().blocked.bars(activity.actor):
        return Reason.BLOCKED
    actor = await known_sender(activity.actor)
    if actor is not None and actor.suspended_at is not None and not isinstance(activity, Delete):
        return Reason.SUSPENDED
    return await _handle(Passed(stored, document, activity, actor), uri)


class Passed:
    """An activity that was passed on. `actor`: where the actor is known here."""

    def __init__(self, stored: Stored, document: Document, activity: Activity, actor: Account | None) -> None:
        self.stored = stored
        self.document = document
        self.activity = activity
        self.actor = actor

    async def is_paced(self) -> bool:
        """Whether its sender may make us look at one more."""
        return await allowance.allows("forwarded", self.stored.signer_uri, FROM_ONE_SERVER)

    async def is_proven(self) -> bool:
        """Whether it is the actor's own, as it stands."""
        return await has_proof(self.document, self.activity)

    async def is_signed(self) -> bool:
        """Whether the actor signed a graph that says this very thing."""
        if self.actor is None:
            return False
        said = await linked(self.document, self.stored.body, self.actor)
        return (
            said is not None
            and type(said) is type(self.activity)
            and said.actor == self.activity.actor
            and said.object.id == self.activity.object.id
        )


async def _handle(passed: Passed, uri: str) -> Reason:
    activity, known = passed.activity, await posts.find_by_uri_for_worker(uri)
    if isinstance(activity, Delete):
        if uri == activity.actor:
            return await _goodbye(passed)
        return Reason.UNKNOWN_OBJECT if known is None else await _delete(passed, known)
    if isinstance(activity, Update) and uri == activity.actor:
        return await _refresh(passed)
    if known is not None and not await _is_given_back(passed, known):
        return await _edit(passed, known) if isinstance(activity, Update) else Reason.DUPLICATE
    if known is not None:
        return await _reply(passed, uri)
    if await relays.is_relay(passed.stored.signer_uri):
        return await _relayed(passed, uri)
    if not await origins.is_in_wanted_thread(activity.object):
        return Reason.FORWARDED
    return await _reply(passed, uri)


async def _relayed(passed: Passed, uri: str) -> Reason:
    """A post that a relay brings; edits of what nobody has are none."""
    if not isinstance(passed.activity, Create):
        return Reason.UNKNOWN_OBJECT

    async def copy() -> Note | Reason | None:
        if not await passed.is_proven():
            return None
        author = await resolve.account(passed.activity.actor)
        return await create.read(passed.activity.object, author)

    return await relayed.take(uri, copy=copy)


async def _reply(passed: Passed, uri: str) -> Reason:
    """A post in a thread that matters here."""
    if not await passed.is_paced():
        return Reason.TOO_MANY
    if isinstance(passed.activity, Create) and await passed.is_proven():
        author = await resolve.account(passed.activity.actor)
        return await create.handle(passed.activity, author)
    try:
        await resolve.post(uri, budget=resolve.Budget(ingest.PARENTS))
    except Gone:
        return Reason.DELETED
    return Reason.EFFECT


async def _is_given_back(passed: Passed, known: Post) -> bool:
    """Whether a post is the actor's, and was taken for a neighbour's until now."""
    if passed.actor is None or known.local or known.author_id == passed.actor.id:
        return False
    if not is_same_origin(known.uri, passed.actor.uri):
        return False
    return await passed.is_paced() and await origins.give_back(known.uri, passed.actor)


async def _edit(passed: Passed, known: Post) -> Reason:
    """Another version of a known post."""
    author = await _author(known)
    if author.uri != passed.activity.actor:
        return Reason.FOREIGN_OBJECT
    if not await passed.is_paced():
        return Reason.TOO_MANY
    if isinstance(passed.activity, Update) and await passed.is_proven():
        return await update.handle(passed.activity, author)
    return await origins.check_edit(known)


async def _delete(passed: Passed, known: Post) -> Reason:
    """Delete a post that its origin does not serve any more, or says nothing about."""
    author = await _author(known)
    if author.uri != passed.activity.actor:
        return Reason.FOREIGN_OBJECT
    if not await passed.is_paced():
        return Reason.TOO_MANY
    if not await _is_gone(passed, known.uri):
        return Reason.UNPROVEN
    return Reason.EFFECT if await post_actions.receive_removal(author, known.uri) else Reason.UNKNOWN_OBJECT


async def _goodbye(passed: Passed) -> Reason:
    """Somebody known is said to be gone."""
    if passed.actor is None:
        return Reason.UNKNOWN_ACTOR
    if not await passed.is_paced():
        return Reason.TOO_MANY
    if not await _is_gone(passed, passed.actor.uri):
        return Reason.UNPROVEN
    await account_actions.receive_deletion(passed.actor)
    return Reason.EFFECT


async def _refresh(passed: Passed) -> Reason:
    """Somebody known is said to have changed: their server says how."""
    if passed.actor is None:
        return Reason.UNKNOWN_ACTOR
    if not await passed.is_paced():
        return Reason.TOO_MANY
    await resolve.refresh(passed.actor)
    return Reason.EFFECT


async def _is_gone(passed: Passed, uri: str) -> bool:
    """Whether an object is no more: its origin is believed, and its author where the origin says nothing.

    Raises:  FederationError when nobody can be believed; it may be asked again later
    """
    try:
        document = await fetch(uri)
    except FederationError as error:
        if isinstance(error, Unwelcome) and error.answer_status in (404, 410):
            return True
        if isinstance(error, Unwelcome | Unreachable) and (
            await passed.is_proven() or await passed.is_signed()
        ):
            return True
        raise
    return "Tombstone" in document.types


async def _author(post: Post) -> Account:
    return await accounts.get(post.author_id)
