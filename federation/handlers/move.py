"""Move: somebody elsewhere goes on as another account, which may be one of ours."""

from __future__ import annotations

from activitypub.activities import Move
from echo.actions import moves
from echo.models import Account
from echo.store import accounts
from federation import resolve
from federation.handlers.people import person_here
from federation.network import is_ours
from federation.reasons import Reason


async def handle(activity: Move, actor: Account) -> Reason:
    """Have people here follow the new account, when both accounts say, as they are served now, that it is so.

    Raises:  FederationError when a server does not give what has to be seen
    Source:  federation.md 3.9; security-reliability S-C10
    """
    if activity.object.id != actor.uri or activity.target in (None, actor.uri):
        return Reason.FOREIGN_OBJECT
    target = await _as_it_is_now(str(activity.target))
    if target is None:
        return Reason.UNKNOWN_OBJECT
    if target.suspended_at is not None or target.moved_to_uri:
        return Reason.REFUSED
    if actor.uri not in target.also_known_as:
        return Reason.UNPROVEN
    origin = await resolve.refresh(actor)
    # Servers that never say so in the document say it in the activity, which the actor has signed.
    if origin.moved_to_uri not in ("", target.uri):
        return Reason.UNPROVEN
    return Reason.EFFECT if await moves.receive(origin, target) else Reason.STALE


async def _as_it_is_now(uri: str) -> Account | None:
    """The new account, read anew: an alias that was there once proves nothing."""
    if is_ours(uri):
        return await person_here(uri)
    known = await accounts.find_by_uri(uri)
    if known is None or known.deleted_at is not None:
        return await resolve.account(uri)
    return await resolve.refresh(known)
