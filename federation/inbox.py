"""Where other servers deliver: limits, digest, claim, key, row, 202. Nothing is processed here.

An activity is answered 202 only when it is stored, or when it is certain that it has no effect. Refusals:
413 too big, 400 not an activity, 403 blocked, 401 not proven, 404 and 410 nobody lives here (any more).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import sys
from dataclasses import replace

from activitypub import document as documents
from activitypub import iri
from activitypub.activities import Activity
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.read import read_activity
from activitypub.synchronisation import HEADER
from echo import jobs, settings
from echo.actions import accounts as account_actions
from echo.errors import BadRequest, Forbidden, Gone, NotFound
from echo.http.access import WINDOW_SECONDS
from echo.http.limits import Limit, Tally
from echo.jobs import Queue
from echo.store import deliveries, federation_reads, hosts, inbound, relays
from echo.store.inbound import Received
from federation import causes, followers, judge
from federation.authenticate import Incoming, KnownKeys, Sender, claim_of, known_sender, note_scheme, prove
from federation.domains import registrable
from federation.errors import Untrusted
from federation.handlers import HANDLERS
from federation.memory import Memory
from federation.network import allow_http, network
from federation.reasons import Reason

log = logging.getLogger(__name__)

MOST_BYTES = documents.MAX_BYTES
# A host that speaks to us is noted at most this often.
HEARD_SECONDS = 60.0
# The same delivery again, to this inbox or another of ours, is often moments away.
TAKEN_SECONDS = 60.0
# Followers of one sender are compared at most this often.
COMPARE_SECONDS = 300.0
_DIGESTS = HEADER.lower()
# Wake-ups of one process are this far apart: many deliveries arrive together.
WAKE_SECONDS = 0.005


class Inbox:
    """What a process remembers of those who deliver to it."""

    def __init__(self, known: KnownKeys) -> None:
        self._known = known
        self._heard: Memory[str, bool] = Memory(size=10_000, seconds=HEARD_SECONDS)
        self._taken: Memory[tuple[str, bytes], bool] = Memory(size=20_000, seconds=TAKEN_SECONDS)
        self._compared: Memory[int, bool] = Memory(size=10_000, seconds=COMPARE_SECONDS)
        self._tally = Tally()
        self._waking: asyncio.Task[None] | None = None
        self._scale = settings.here().federation.retry_scale

    async def receive(self, incoming: Incoming) -> None:
        """Store an activity whose sender is proven. Returns when it is stored, or needs not be.

        Raises:  Untrusted, BadRequest, TooMany, Unavailable
        """
        claim = claim_of(incoming)
        if await network().blocked.bars(claim.key_id):
            raise Forbidden(detail=f"{claim.key_id} is of a server that is blocked, or not allowed")
        # The same words of the same sender, that were taken a moment ago: nothing is read or asked for them.
        said = (claim.key_id, hashlib.sha256(incoming.body).digest())
        if self._taken.get(said) is not None:
            return
        document, activity = _read(incoming.body)
        objection = judge.objection(activity, key_id=claim.key_id)
        if judge.is_about_oneself(activity) and not objection and await known_sender(activity.actor) is None:
            return  # a stranger who is gone, or other than before: nothing to do, and nothing to ask for
        try:
            causes.ensure()
            budget = _budget(claim.key_id)
            self._tally.check(budget)
            sender = await prove(claim, self._known, may_ask=not objection)
            self._tally.count(budget)  # not before: nobody uses up what belongs to others
        except Untrusted as error:
            if judge.is_own_end(activity) and not objection:
                await _take_leave(activity, error)
                return
            raise
        await note_scheme(claim)
        received = _received(document, activity, sender, objection, incoming.body)
        if await _is_relayed(received, activity, sender):
            received = replace(received, reason=Reason.EFFECT, body=incoming.body)
        if await inbound.insert(received):
            self._wake()
        if activity.type != "Follow":  # one that comes again wants an answer
            self._taken.put(said, True)
        await self._note_heard(sender)
        if activity.actor == sender.uri:
            await self._compare(sender, incoming)

    async def _compare(self, sender: Sender, incoming: Incoming) -> None:
        """See whether we agree on who follows the sender, when a delivery says what its server thinks."""
        told = next((value for name, value in incoming.headers if name == _DIGESTS), None)
        if told is not None and self._compared.first_within(sender.account_id, True, seconds=COMPARE_SECONDS):
            account = await known_sender(sender.uri)
            if account is not None:
                await followers.hear(account, told)

    async def _note_heard(self, sender: Sender) -> None:
        """Whoever speaks to us lives: what waits for their host is tried at once."""
        names = {host for inbox in sender.inboxes if (host := iri.host_of(inbox, allow_http=True))}
        names = {name for name in names if self._heard.first_within(name, True, seconds=HEARD_SECONDS)}
        if names and (failing := await hosts.note_heard(sorted(names), scale=self._scale)):
            await deliveries.hurry(failing)
            await jobs.wake(Queue.DELIVERIES)

    def _wake(self) -> None:
        """Wake a worker, once for all activities of this moment."""
        if self._waking is None or self._waking.done():
            self._waking = network().start(_wake_soon(), "wake-up")


def _budget(key_id: str) -> Limit:
    """What all hosts of a registrable domain may deliver together: names below one cost nothing."""
    limits = settings.here().rate_limits
    allowed = limits.deliveries_per_domain if limits.enabled else sys.maxsize
    domain = registrable(iri.host_of(key_id, allow_http=True) or key_id)
    return Limit("delivered by domain", domain, allowed, WINDOW_SECONDS)


async def _is_relayed(received: Received, activity: Activity, sender: Sender) -> bool:
    """Whether a relay brings it: what that brings needs no signature inside, it is asked for."""
    is_foreign = received.reason == Reason.FORWARDED and judge.names_their_own(activity)
    return is_foreign and await relays.is_relay(sender.uri)


async def check_owner(account_id: int) -> None:
    """Whether somebody lives at an inbox. Raises NotFound, Gone."""
    owner = await federation_reads.actor(account_id)
    if owner is None:
        raise NotFound
    if owner.deleted_at is not None:
        raise Gone


async def _wake_soon() -> None:
    await asyncio.sleep(WAKE_SECONDS)
    await jobs.wake(Queue.INBOUND)


def _read(body: bytes) -> tuple[Document, Activity]:
    try:
        document = documents.parse(body)
        return document, read_activity(document, allow_http=allow_http())
    except Malformed as error:
        raise BadRequest("This is not an activity", detail=str(error)) from error


def _received(
    document: Document, activity: Activity, sender: Sender, objection: Reason, body: bytes
) -> Received:
    """The row to store. What can have no effect keeps its reason, and not its body."""
    reason = objection
    if not reason and activity.actor != sender.uri:
        reason = Reason.FORWARDED
    if reason == Reason.FORWARDED and judge.may_be_asked_for(document, activity):
        reason = Reason.EFFECT
    if not reason and activity.type not in HANDLERS:
        reason = Reason.UNSUPPORTED
    return Received(
        actor_uri=sender.uri,
        signer_uri=sender.uri,
        uri=activity.id or f"sha256:{hashlib.sha256(body).hexdigest()}",
        kind=activity.type,
        host=sender.host,
        body=b"" if reason else body,
        reason=reason,
    )


async def _take_leave(activity: Activity, error: Untrusted) -> None:
    """Somebody known says that they are gone, and their key cannot be had: believed if their server says so.

    Source:  security-reliability S-A11; a 401 would make the sender try for days
    """
    log.info("%s says goodbye, its key: %s", activity.actor, error.code)
    if error.code == "gone":
        account = await known_sender(activity.actor)
        if account is not None:
            await account_actions.receive_deletion(account)
