"""What is done with an activity that was stored: read again, handed to its handler, written down."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from activitypub import document as documents
from activitypub.errors import Malformed
from activitypub.read import read_activity
from echo import clock, metrics, settings
from echo.errors import Disallowed, EchoError, HeldBack, NotFound, Unavailable
from echo.kinds import InboundState
from echo.store import accounts, inbound
from echo.store.inbound import Stored
from federation import causes, forwarded, passing_on
from federation.errors import FederationError, Unreachable
from federation.handlers import HANDLERS
from federation.network import allow_http
from federation.reasons import Reason

log = logging.getLogger(__name__)

# Longest work on one activity; its fetches have deadlines of their own.
PROCESS_SECONDS = 30.0
# How often an activity is tried whose actor's or object's server does not answer, or that fails here.
MOST_TRIES = 8
# Workers that died with an activity before it is left alone: one in company, three with nothing else to do.
MOST_DEATHS = 3
WAITS_SECONDS = (10.0, 60.0, 300.0, 900.0, 3_600.0, 10_800.0, 21_600.0)
# What somebody who is suspended here may still say: what ends things.
_ENDINGS = frozenset({"Delete", "Undo", "Reject", "Update"})


async def process(stored: Stored) -> Reason:
    """Do what an activity asks for.

    Returns: why it had no effect, EFFECT when it had one
    Raises:  FederationError when another server is needed and does not help; EchoError from actions
    """
    causes.begin()
    document = documents.parse(stored.body)
    activity = read_activity(document, allow_http=allow_http())
    actor = await accounts.find_by_uri(stored.signer_uri)
    if actor is None or actor.deleted_at is not None:
        return Reason.UNKNOWN_ACTOR
    if actor.suspended_at is not None and activity.type not in _ENDINGS:
        return Reason.SUSPENDED
    if activity.actor != actor.uri:
        return await forwarded.handle(stored, document, activity)
    handler = HANDLERS.get(activity.type)
    if handler is None:
        return Reason.UNSUPPORTED
    reason = await handler(activity, actor)
    await passing_on.consider(stored, document, activity, actor, reason)
    return reason


async def settle(stored: Stored, owner: str) -> None:
    """Process an activity and write down what came of it. Raises Unavailable when that cannot be written."""
    if stored.deaths > MOST_DEATHS:
        await _finish(stored, owner, InboundState.DEAD, Reason.GAVE_UP)
        return
    try:
        async with asyncio.timeout(PROCESS_SECONDS):
            reason: str = await process(stored)
    except (Unreachable, TimeoutError, Unavailable) as error:
        code = error.code if isinstance(error, Unreachable) else Reason.GAVE_UP
        await _again(stored, owner, error, state=InboundState.IGNORED, reason=code)
        return
    except FederationError as error:
        log.info("%s: %s", stored.uri, error)
        reason = error.code
    except NotFound:
        reason = Reason.NOT_FOUND
    except EchoError as error:
        log.info("%s: %s", stored.uri, error)
        reason = _reason_of(error)
    except Malformed:
        reason = Reason.MALFORMED
    except Exception as error:
        log.exception("%s of %s failed", stored.kind, stored.actor_uri)
        await _again(stored, owner, error, state=InboundState.DEAD, reason=Reason.GAVE_UP)
        return
    await _finish(stored, owner, InboundState.IGNORED if reason else InboundState.DONE, reason)


async def _finish(stored: Stored, owner: str, state: InboundState, reason: str) -> None:
    metrics.INBOUND.labels(state.value).inc()
    await inbound.finish(stored.id, owner, state=state, reason=reason)


def _reason_of(error: EchoError) -> Reason:
    match error:
        case HeldBack():
            return Reason.HELD
        case Disallowed():
            return Reason.POLICY
        case _:
            return Reason.REFUSED


async def _again(stored: Stored, owner: str, error: Exception, *, state: InboundState, reason: str) -> None:
    """Try later; after too many tries it ends in `state`."""
    if stored.attempts >= MOST_TRIES:
        await _finish(stored, owner, state, reason)
        return
    metrics.INBOUND.labels("later").inc()
    wait = (
        WAITS_SECONDS[min(stored.attempts, len(WAITS_SECONDS)) - 1] * settings.here().federation.retry_scale
    )
    await inbound.postpone(
        stored.id,
        owner,
        due_at=clock.now() + timedelta(seconds=wait),
        error=f"{type(error).__name__}: {error}",
    )
