"""What the origin of a known post says of it now: for copies that prove nothing."""

from __future__ import annotations

from dataclasses import replace

from activitypub.document import Document
from activitypub.objects import ObjectRef
from activitypub.read import is_note
from echo.actions import editing
from echo.actions import posts as post_actions
from echo.models import Account, Post
from echo.store import accounts, interest, posts
from federation import allowance, ingest
from federation.errors import Unreachable, Unwelcome
from federation.fetch import fetch
from federation.reasons import Reason

# How often in a minute one server may have us ask whose a post is.
FROM_ONE_SERVER = 30


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


async def give_back(uri: str, actor: Account) -> bool:
    """Free the id of a post of the actor's that a neighbour has given to a post of their own.

    Servers where people choose ids themselves do not always look at whose they are; the origin knows. Where
    it serves nothing (what is not for everybody, say), the id itself counts: whose it lies below.

    Raises:  FederationError when that is not answered
    """
    known = await posts.find_with_deleted_for_worker(uri)
    if known is None or known.local or known.author_id == actor.id:
        return False
    if not await allowance.allows("disputed", actor.host, FROM_ONE_SERVER):
        return False
    if not await _is_by(uri, actor, when_nothing_is_served=await _is_below(actor, known)):
        return False
    await post_actions.free_id(known)
    return True


async def put_right(uri: str, author: Account) -> bool:
    """Free the id of a post of which its origin has just said that it is this author's."""
    known = await posts.find_with_deleted_for_worker(uri)
    if known is None or known.local or known.author_id == author.id:
        return False
    await post_actions.free_id(known)
    return True


async def is_claimed(uri: str, actor: Account) -> bool:
    """Whether somebody gives their post an id below that of a neighbour, who may yet come with it.

    The origin says whose it is.

    Raises:  FederationError when that is not answered
    """
    if _lies_below(uri, actor) or not await accounts.has_neighbour_above(uri, actor):
        return False
    if not await allowance.allows("disputed", actor.host, FROM_ONE_SERVER):
        return True
    return not await _is_by(uri, actor)


async def check_gone(known: Post, actor: Account) -> Reason:
    """Delete a post of which another than its author says that it is gone: when its origin says so, too.

    That the origin merely does not serve it says nothing, as it may be for some people only; but of a post
    with an id below that of who says so, nothing else proves that it is its author's.

    Raises:  Unreachable when the origin cannot say now
    """
    try:
        if "Tombstone" not in (await _ask(known.uri)).types:
            return Reason.FOREIGN_OBJECT
    except Unwelcome as error:
        if not error.is_gone and not (error.answer_status == 404 and await _is_below(actor, known)):
            return Reason.FOREIGN_OBJECT
    author = await _author(known)
    return Reason.EFFECT if await post_actions.receive_removal(author, known.uri) else Reason.UNKNOWN_OBJECT


async def _ask(uri: str) -> Document:
    """What the origin serves. Raises FederationError; one that is broken just now is worth another try."""
    try:
        return await fetch(uri)
    except Unwelcome as error:
        if error.answer_status < 500:
            raise
        raise Unreachable(f"{uri}: {error.answer_status}") from error


def _lies_below(uri: str, account: Account) -> bool:
    return uri.startswith(f"{account.uri.rstrip('/')}/")


async def _is_below(actor: Account, known: Post) -> bool:
    """Whether the id of a post lies below that of this account, and not below its author's."""
    return _lies_below(known.uri, actor) and not _lies_below(known.uri, await _author(known))


async def _is_by(uri: str, actor: Account, *, when_nothing_is_served: bool = False) -> bool:
    """Whether the origin says so."""
    try:
        document = await _ask(uri)
    except Unwelcome as error:
        if error.answer_status in (404, 410):
            return when_nothing_is_served
        raise
    return is_note(document) and ingest.read(document).attributed_to == actor.uri


async def check_edit(known: Post) -> Reason:
    """Take over what the origin serves now."""
    document = await fetch(known.uri)
    if not is_note(document):
        return Reason.UNSUPPORTED_OBJECT
    note = ingest.read(document)
    author = await _author(known)
    if note.attributed_to != author.uri:
        return Reason.FOREIGN_AUTHOR
    # Who asks has heard of an Update, which is an edit, however soon after `published` it was.
    draft = replace(await ingest.draft_of(note, author), edited_at=note.updated)
    return Reason.EFFECT if await editing.receive_edit(author, draft) else Reason.DUPLICATE


async def _author(post: Post) -> Account:
    return await accounts.get(post.author_id)
