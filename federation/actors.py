"""What an actor elsewhere says of itself -> a row of ours. Its id is the truth; its name may change."""

from __future__ import annotations

import logging
from dataclasses import replace

from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import Actor
from activitypub.read import is_actor, read_actor
from activitypub.webfinger import Handle
from echo import db
from echo.actions import accounts as account_actions
from echo.actions.drafts import RemoteKey
from echo.errors import Invalid
from echo.models import Account
from echo.store import accounts
from federation import causes, handles
from federation.errors import FederationError, Unbelievable, Unwelcome
from federation.fetch import fetch
from federation.network import allow_http, is_ours, network
from federation.translate.accounts import account_of

log = logging.getLogger(__name__)


async def store(
    document: Document, *, proven: handles.Answered | None = None, more_keys: tuple[RemoteKey, ...] = ()
) -> Account:
    """Store what an actor says of itself. The document comes from its own origin: the caller proved it.

    Shapes:  proven: a handle whose host named this very actor a moment ago; more_keys: which lie elsewhere
    Raises:  Unbelievable: no actor at all, or a handle that is not its own
    """
    try:
        actor = read_actor(document, allow_http=allow_http())
    except Malformed as error:
        raise Unbelievable(f"{document.id}: {error}") from error
    if is_ours(actor.id) or is_ours(actor.inbox):  # or what is for them would come back to us
        raise Unbelievable(f"claims to live here: {actor.id}")
    known = await accounts.find_by_uri(actor.id)
    if known is None:
        causes.take_account(actor.id)
    handle = await _handle(actor, known, proven)
    if known is None or not handles.is_named(known, handle):
        await _make_room(actor, handle)
    draft = account_of(actor, username=handle.user, domain=handle.host)
    try:
        stored = await account_actions.store_remote(replace(draft, keys=draft.keys + more_keys))
    except (Invalid, *db.TAKEN) as error:
        raise Unbelievable(f"{actor.id}: {error}") from error
    return stored


async def _handle(actor: Actor, known: Account | None, proven: handles.Answered | None) -> Handle:
    """What to call an actor: what it is called already, unless it calls itself otherwise and that is so."""
    if known is None:
        return await handles.verified(actor, proven=proven)
    old = Handle(known.username, known.domain)
    was_proven_elsewhere = proven is not None and not handles.is_named(known, proven.handle)
    if not handles.claims_other(actor, old) and not was_proven_elsewhere:
        return old
    try:
        return await handles.verified(actor, proven=proven, needs_proof=True)
    except FederationError as error:
        log.info("%s stays %s: %s", actor.id, old, error)
        return old


async def _make_room(actor: Actor, handle: Handle) -> None:
    """Take a handle from another account that is not called so any more, as its own server says.

    Source:  security-reliability S-A15: while both claim it, whoever had it first keeps it
    """
    holder = await accounts.find_by_handle(handle.user, handle.host)
    if holder is None or not holder.domain or holder.uri == actor.id:
        return
    document = None
    try:
        document = await fetch(holder.uri)
        still_claims = is_actor(document) and handles.claims(
            read_actor(document, allow_http=allow_http()), handle
        )
    except Malformed:
        still_claims = False
    except Unwelcome as error:
        still_claims = error.answer_status not in (404, 410)
    except FederationError:
        return
    if not still_claims:
        await account_actions.release_handle(holder.id)
    if not still_claims and document is not None:
        network().start(store(document), f"new name of {holder.uri}")
