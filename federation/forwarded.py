"""Activities that somebody passes on: the copy proves nothing, its origin is asked.

Servers pass replies and deletions on to everybody in a thread. Only what touches a thread that is known here
is asked for, so that nobody can send us asking around.
"""

from __future__ import annotations

from activitypub.activities import Activity, Delete
from activitypub.read import is_note
from echo.actions import editing
from echo.actions import posts as post_actions
from echo.errors import Gone
from echo.models import Account, Post
from echo.store import accounts, interest
from federation import ingest, resolve
from federation.errors import Unwelcome
from federation.fetch import fetch
from federation.handlers.people import known_post
from federation.network import is_ours
from federation.reasons import Reason


async def handle(activity: Activity) -> Reason:
    """Ask the origin of the object what is true.

    Raises:  FederationError when the origin does not answer
    """
    uri = activity.object.id
    if uri is None or is_ours(uri):
        return Reason.FORWARDED
    known = await known_post(uri)
    if isinstance(activity, Delete):
        return Reason.UNKNOWN_OBJECT if known is None else await _check_deleted(known)
    if known is not None:
        return await _check_edit(known)
    inner = activity.object.document
    parent = await known_post(None if inner is None else inner.reference("inReplyTo"))
    if parent is None or not await interest.is_thread_wanted(parent.id):
        return Reason.FORWARDED
    try:
        await resolve.post(uri, budget=resolve.Budget(ingest.PARENTS))
    except Gone:
        return Reason.DELETED
    return Reason.EFFECT


async def _check_deleted(known: Post) -> Reason:
    """Delete a post that its origin does not serve any more."""
    try:
        document = await fetch(known.uri)
    except Unwelcome as error:
        if error.answer_status not in (404, 410):
            raise
    else:
        if "Tombstone" not in document.types:
            return Reason.FORWARDED
    author = await _author(known)
    return Reason.EFFECT if await post_actions.receive_removal(author, known.uri) else Reason.UNKNOWN_OBJECT


async def _check_edit(known: Post) -> Reason:
    """Take over what the origin serves now."""
    document = await fetch(known.uri)
    if not is_note(document):
        return Reason.UNSUPPORTED_OBJECT
    note = ingest.read(document)
    author = await _author(known)
    if note.attributed_to != author.uri:
        return Reason.FOREIGN_AUTHOR
    draft = await ingest.draft_of(note, author)
    return Reason.EFFECT if await editing.receive_edit(author, draft) else Reason.DUPLICATE


async def _author(post: Post) -> Account:
    return await accounts.get(post.author_id)
