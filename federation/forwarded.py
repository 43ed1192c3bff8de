"""Activities that somebody passes on: the copy proves nothing, its origin is asked.

Servers pass replies and deletions on to everybody in a thread. Only what touches a thread that is known here
is asked for, so that nobody can send us asking around.
"""

from __future__ import annotations

from activitypub.activities import Activity, Delete
from activitypub.objects import ObjectRef
from activitypub.read import is_note
from echo.actions import editing
from echo.actions import posts as post_actions
from echo.errors import Gone
from echo.models import Account, Post
from echo.store import accounts, interest, posts
from federation import ingest, resolve
from federation.errors import Unwelcome
from federation.fetch import fetch
from federation.network import is_ours
from federation.reasons import Reason


async def handle(activity: Activity) -> Reason:
    """Ask the origin of the object what is true.

    Raises:  FederationError when the origin does not answer
    """
    uri = activity.object.id
    if uri is None or is_ours(uri):
        return Reason.FORWARDED
    known = await posts.find_by_uri_for_worker(uri)
    if isinstance(activity, Delete):
        return Reason.UNKNOWN_OBJECT if known is None else await check_deleted(known)
    if known is not None:
        return await check_edit(known)
    if not await is_in_wanted_thread(activity.object):
        return Reason.FORWARDED
    try:
        await resolve.post(uri, budget=resolve.Budget(ingest.PARENTS))
    except Gone:
        return Reason.DELETED
    return Reason.EFFECT


async def is_in_wanted_thread(ref: ObjectRef) -> bool:
    """Whether a copy of a post says that it answers one that is known here, and that matters here."""
    uri = None if ref.document is None else ref.document.reference("inReplyTo")
    parent = None if uri is None else await posts.find_by_uri_for_worker(uri)
    return parent is not None and await interest.is_thread_wanted(parent.id)


async def check_deleted(known: Post) -> Reason:
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


async def check_edit(known: Post) -> Reason:
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
