"""Update: somebody elsewhere changed a post, or themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from activitypub.activities import Update
from activitypub.errors import Malformed
from activitypub.read import is_actor, read_public_keys
from echo import clock
from echo.actions import editing, quotes_elsewhere
from echo.models import Account
from echo.store import posts
from federation import ingest, origins, permitted, resolve
from federation.handlers import create
from federation.handlers.people import known_post
from federation.judge import is_same_origin
from federation.network import allow_http
from federation.reasons import Reason

# An Update of a post that is not known makes it known, unless it is older than this.
NEWS = timedelta(days=1)


async def handle(activity: Update, actor: Account) -> Reason:
    """Change a post of the actor's, or the actor. An older version never takes the place of a newer one."""
    ref = activity.object
    if ref.id is None or not is_same_origin(ref.id, actor.uri):
        return Reason.FOREIGN_OBJECT
    if ref.document is not None and is_actor(ref.document):
        return await _actor(activity, actor)
    if ref.id == actor.uri:
        await resolve.refresh(actor)
        return Reason.EFFECT
    return await _post(activity, actor)


async def _actor(activity: Update, actor: Account) -> Reason:
    """The actor as it describes itself; without a key it is only a hint to look."""
    document = activity.object.document
    if document is None or activity.object.id != actor.uri:
        return Reason.FOREIGN_OBJECT
    try:
        has_keys = bool(read_public_keys(document, allow_http=allow_http())) and document.has("inbox")
    except Malformed:
        return Reason.MALFORMED
    if has_keys:
        await resolve.take_account(document)
    else:
        await resolve.refresh(actor)
    return Reason.EFFECT


async def _post(activity: Update, actor: Account) -> Reason:
    known, is_given_back = await known_post(activity.object.id), False
    if known is not None and known.author_id != actor.id:
        if not await origins.give_back(known.uri, actor):
            return Reason.FOREIGN_OBJECT
        known, is_given_back = None, True
    note = await create.read(activity.object, actor, said_in=activity)
    if isinstance(note, Reason):
        return note
    if known is None:
        is_old = note.published is None or note.published < clock.now() - NEWS
        if is_old and not is_given_back:
            return Reason.UNKNOWN_OBJECT
        if await posts.is_buried(note.id, actor.id):
            return Reason.DELETED
        return await create.store(note, actor)
    # Inside a Create a stamp just after `published` is no edit; an Update says itself that it is one.
    draft = replace(await ingest.draft_of(note, actor, ask=resolve.account), edited_at=note.updated)
    is_newer = await editing.receive_edit(actor, draft)
    # Policies and quotes change without a stamp that says so.
    has_changed = await quotes_elsewhere.receive_change(actor, draft)
    stored = await posts.get_unscoped_for_worker(known.id)
    has_changed |= await resolve.try_quote(stored, note.quote_authorization)
    has_changed |= await permitted.look_again(stored, note)
    return Reason.EFFECT if is_newer or has_changed else Reason.STALE
