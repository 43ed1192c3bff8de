"""Votes on the wire: a note for each answer that somebody chose, sent to the author of the poll alone."""

from __future__ import annotations

from activitypub.activities import Create
from activitypub.errors import Malformed
from activitypub.objects import Note, is_vote
from echo import addresses
from echo.actions import polls
from echo.errors import Invalid, NotFound
from echo.models import Account
from federation import ingest
from federation.reasons import Reason

# Answers that one activity may choose.
AT_ONCE = 20


async def receive(activity: Create, first: Note, actor: Account) -> Reason:
    """Count the choices that an activity carries; GoToSocial sends several in one.

    Shapes:  first: the first of them, which was found to be the actor's own
    """
    reason = await _count(first, actor)
    for ref in activity.more_objects[: AT_ONCE - 1]:
        if ref.document is None:
            continue
        try:
            note = ingest.note_in(ref.document)
        except Malformed:
            continue
        if is_vote(note) and note.attributed_to == actor.uri:
            reason = min(reason, await _count(note, actor))
    return reason


async def _count(note: Note, actor: Account) -> Reason:
    post_id = addresses.here().post_id_in(note.in_reply_to or "")
    if post_id is None:
        return Reason.NOT_OURS
    try:
        await polls.receive_vote(actor.id, post_id, note.name or "", note.id)
    except NotFound:
        return Reason.NOT_FOUND
    except Invalid:
        return Reason.VOTE
    return Reason.EFFECT
