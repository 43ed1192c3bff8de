"""QuoteRequest: somebody elsewhere wants to quote a post of somebody here."""

from __future__ import annotations

from activitypub.activities import QuoteRequest
from activitypub.objects import Note
from echo.actions import posts as post_actions
from echo.actions import quotes_elsewhere
from echo.actions.quotes_elsewhere import Request
from echo.errors import Gone
from echo.models import Account, Post
from echo.policy.quoting import QuoteRight
from echo.policy.viewer import Viewer
from echo.policy.visibility import OPEN
from echo.store import posts
from echo.store import quotes as quote_store
from federation import ingest, resolve
from federation.handlers import create
from federation.judge import is_same_origin
from federation.reasons import Reason


async def handle(activity: QuoteRequest, actor: Account) -> Reason:
    """Answer yes or no, as the policy of the post says; a repeated request is answered again.

    Source:  FEP-044f: the quoting post comes inside, or is asked for where the actor lives
    """
    quoted = await posts.find_by_uri(Viewer(actor.id), activity.object.id or "")
    if quoted is None or not quoted.local or quoted.boost_of_id is not None:
        return Reason.UNKNOWN_OBJECT
    instrument = activity.instrument
    if instrument.id is None or not is_same_origin(instrument.id, actor.uri):
        return Reason.FOREIGN_OBJECT
    request = Request(uri=activity.id or "", instrument_uri=instrument.id)
    right = await quote_store.right(Viewer(actor.id), quoted.id)
    if right != QuoteRight.AUTOMATIC or quoted.visibility not in OPEN:
        await quotes_elsewhere.receive_request(actor, quoted, None, request)
        return Reason.EFFECT
    note = await create.read(instrument, actor)
    if isinstance(note, Reason):
        return note
    if note.quote != quoted.uri:
        return Reason.FOREIGN_OBJECT
    quoting = await _stored(note, actor)
    if quoting is None:
        return Reason.DELETED
    await quotes_elsewhere.receive_request(actor, quoted, quoting, request)
    return Reason.EFFECT


async def _stored(note: Note, actor: Account) -> Post | None:
    """The quoting post, taken in because it is about somebody here; None when it was deleted."""
    draft = await ingest.draft_of(note, actor, ask=resolve.account)
    try:
        return await post_actions.receive(actor, draft)
    except Gone:
        return None
