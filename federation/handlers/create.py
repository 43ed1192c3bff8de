"""Create: somebody elsewhere wrote a post."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from activitypub.activities import Activity, Create
from activitypub.errors import Malformed
from activitypub.group_chats import is_group_chat
from activitypub.objects import Note, ObjectRef, is_vote
from activitypub.read import is_note
from activitypub.vocabulary import NoteKind
from echo.actions import posts as post_actions
from echo.errors import Gone
from echo.models import Account
from echo.store import posts
from federation import group_chats, ingest, origins, resolve, threads, votes
from federation.fetch import fetch
from federation.handlers.people import person_here
from federation.judge import is_same_origin
from federation.network import network
from federation.reasons import Reason


async def handle(activity: Create, actor: Account) -> Reason:
    """Store a post of the actor, when somebody here cares; count a vote."""
    embedded = activity.object.document
    if embedded is not None and is_group_chat(embedded):
        return await group_chats.receive(embedded, actor)
    note = await read(activity.object, actor, said_in=activity)
    if isinstance(note, Reason):
        return note
    if is_vote(note):
        return await votes.receive(activity, note, actor)
    if note.kind is NoteKind.CHAT_MESSAGE and not await _is_for_one_here(note):
        return Reason.NOT_ADDRESSED
    lives = await posts.lives(note.id, actor.id)
    if lives is not None and not await origins.give_back(note.id, actor):
        return Reason.DUPLICATE if lives else Reason.DELETED
    if lives is None and await origins.is_claimed(note.id, actor):
        return Reason.FOREIGN_AUTHOR
    return await store(note, actor)


async def _is_for_one_here(note: Note) -> bool:
    """Whether a message of a chat is for exactly one person, and that person is here."""
    recipients = (*note.to, *note.cc)
    return len(recipients) == 1 and await person_here(recipients[0]) is not None


async def read(ref: ObjectRef, actor: Account, *, said_in: Activity | None = None) -> Note | Reason:
    """The post that an activity carries, or names: it is the actor's own and lies where the actor lives.

    Shapes:  said_in: whose to and cc count for a post that has none of its own (Discourse)
    Raises:  FederationError when it has to be asked for and is not given
    """
    if ref.id is None or not is_same_origin(ref.id, actor.uri):
        return Reason.FOREIGN_OBJECT
    document = ref.document if ref.document is not None else await fetch(ref.id)
    if not is_note(document):
        return Reason.UNSUPPORTED_OBJECT
    try:
        note = ingest.note_in(document)
    except Malformed:
        return Reason.MALFORMED
    if note.attributed_to != actor.uri or note.id != ref.id:
        return Reason.FOREIGN_AUTHOR
    if (said_in is not None and said_in.id == note.id) or await ingest.is_taken(note, actor):
        return Reason.TAKEN_ID
    if said_in is not None and not note.is_addressed:
        return structs.replace(note, to=said_in.to, cc=said_in.cc)
    return note


async def store(note: Note, actor: Account) -> Reason:
    """Store a post that is neither known nor deleted, unless nobody here cares."""
    if is_vote(note):
        return Reason.VOTE
    draft = await ingest.draft_of(note, actor, ask=resolve.account)
    if not await ingest.is_wanted(actor, draft):
        return Reason.UNRELATED
    try:
        stored = await post_actions.receive(actor, replace(draft, is_delivered=True))
    except Gone:
        return Reason.DELETED
    await resolve.try_quote(stored, note.quote_authorization)
    if note.first_replies:
        network().start(threads.fetch_first_replies(note), f"replies to {note.id}")
    return Reason.EFFECT
