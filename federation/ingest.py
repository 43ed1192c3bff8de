"""Posts of other servers on their way in: read, checked for their author, people looked up, stored."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from activitypub import iri
from activitypub.addressing import Audience
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import Note
from activitypub.read import read_note
from activitypub.vocabulary import NoteKind
from echo import settings
from echo.actions import posts as post_actions
from echo.actions.drafts import RemotePost
from echo.errors import Disallowed, HeldBack, NotFound
from echo.kinds import Visibility
from echo.models import Account, Post
from echo.policy.visibility import OPEN
from echo.store import accounts, interest, posts, relations
from federation import permitted
from federation.errors import FederationError, Unbelievable, Unwanted
from federation.network import allow_http, is_ours
from federation.translate.posts import audience_of, post_of

# Posts that are asked for because one post was: what it replies to, and so on upwards.
PARENTS = 10
# People of a post that are looked at at all, and those that are asked for because they are unknown.
PEOPLE = 50
STRANGERS = 5
STRANGERS_SECONDS = 5.0


def note_in(document: Document) -> Note:
    """A post as it stands in a document, in a language of this server where it comes in several.

    Raises:  Malformed
    """
    languages = settings.here().instance.languages
    return read_note(document, languages=languages, allow_http=allow_http())


def read(document: Document) -> Note:
    """A post, believed because it comes from its own origin and so does its author.

    Raises:  Unbelievable
    """
    try:
        note = note_in(document)
    except Malformed as error:
        raise Unbelievable(f"{document.id}: {error}") from error
    if not iri.same_origin(note.id, note.attributed_to, allow_http=allow_http()):
        raise Unbelievable(f"{note.id} names an author elsewhere: {note.attributed_to}")
    if is_ours(note.id):
        raise Unbelievable(f"claims to live here: {note.id}")
    return note


async def is_taken(note: Note, author: Account) -> bool:
    """Whether the id of a post is that of somebody, or of something that belongs to its author."""
    lists = (author.followers_uri, author.following_uri, author.featured_uri, author.moderators_uri)
    places = (author.uri, author.inbox, author.shared_inbox, author.outbox, *lists)
    return note.id in places or await accounts.find_by_uri(note.id) is not None


async def store_fetched(note: Note, author: Account) -> Post:
    """Store a post that we asked for. Only what everybody may read is taken that way.

    Raises:  Unbelievable; Unwanted by a policy; Gone when it was deleted before
    """
    if author.suspended_at is not None:
        raise Unbelievable(f"{author.uri} is suspended")
    if await is_taken(note, author):
        raise Unbelievable(f"{note.id} is no id of a post")
    draft = await draft_of(note, author)
    if draft.visibility not in OPEN:
        raise Unbelievable(f"{note.id} is not public")
    try:
        return await post_actions.receive(author, draft)
    except (Disallowed, HeldBack) as error:
        raise Unwanted(f"{note.id}: {error}") from error


async def draft_of(
    note: Note, author: Account, *, ask: Callable[[str], Awaitable[Account]] | None = None
) -> RemotePost:
    """What a note says, with the people it addresses as accounts of ours.

    Shapes:  ask: how to get an unknown person; without it strangers are left out
    """
    audience = audience_of(note, followers_uri=author.followers_uri)
    named, silent = await _people(note, audience, author, ask)
    parent = await posts.find_by_uri_for_worker(note.in_reply_to) if note.in_reply_to else None
    draft = post_of(
        note,
        audience,
        author,
        mentioned_ids=named,
        silent_ids=silent,
        parent_id=None if parent is None else parent.id,
    )
    held, proof = await permitted.answer(note, author, parent)
    return replace(draft, held=held, approval_uri=proof)


async def is_wanted(author: Account, draft: RemotePost) -> bool:
    """Whether somebody here is meant by a post, follows its author, or talks in its thread."""
    addressed = [*draft.mentioned_ids, *draft.silent_ids]
    if await interest.local_among(addressed):
        return True
    if draft.visibility == Visibility.DIRECT:
        return False
    if await interest.is_followed(author.id):
        return True
    return draft.in_reply_to_id is not None and await interest.is_thread_wanted(draft.in_reply_to_id)


async def _people(
    note: Note,
    audience: Audience,
    author: Account,
    ask: Callable[[str], Awaitable[Account]] | None,
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Those named and addressed, and those addressed only. Who is named but not addressed is not meant.

    Nobody is meant who blocks the author, or is blocked.
    """
    tagged = {mention.href for mention in note.mentions if mention.href}
    addressed = [uri for uri in audience.addressed if uri != author.uri][:PEOPLE]
    if note.kind is NoteKind.CHAT_MESSAGE:  # it tags nobody: it is for the one whom it is addressed to
        tagged = set(addressed)
    known, apart = await relations.addressed(author.id, addressed)
    if ask is not None:
        strangers = [uri for uri in addressed if uri in tagged and uri not in known and not is_ours(uri)]
        if strangers:
            known |= await _ask_for(strangers[:STRANGERS], ask)
            apart = await relations.estranged(author.id, list(known.values()))
    meant = [uri for uri in addressed if uri in known and known[uri] not in apart]
    return (
        tuple(known[uri] for uri in meant if uri in tagged),
        tuple(known[uri] for uri in meant if uri not in tagged),
    )


async def _ask_for(uris: Iterable[str], ask: Callable[[str], Awaitable[Account]]) -> dict[str, int]:
    async def one(uri: str) -> tuple[str, int] | None:
        try:
            async with asyncio.timeout(STRANGERS_SECONDS):
                return uri, (await ask(uri)).id
        except (FederationError, NotFound, TimeoutError):
            return None

    found = await asyncio.gather(*map(one, uris))
    return dict(pair for pair in found if pair is not None)
