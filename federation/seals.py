"""What leaves with a proof inside, and what with a linked-data signature; signed once, whoever gets it.

Every activity that is open to all carries an integrity proof. Mastodon knows proofs only where somebody else
brings the activity, and passes on only what has a linked-data signature and nothing that its own context does
not know: what it is to pass on is therefore written a second time, with that signature alone. Relays, and
everybody who is told that an account is gone, get both, the proof first. What is not open to all carries
neither, and a server that checks who asks makes no linked-data signatures: they can be shown to anybody.

Source:  federation.md D8; Mastodon forwards what has a `signature` and comes out of compaction as it was
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from activitypub import document as documents
from activitypub.document import JsonObject
from activitypub.errors import SignatureError
from activitypub.signatures import linked_data, proofs
from echo import clock, settings
from echo.errors import NotFound
from echo.store.outbound import Outgoing
from federation.canonical import canonical
from federation.network import network

log = logging.getLogger(__name__)

_LINKED, _BOTH = "#linked", "#both"


async def proven(activity: Outgoing) -> Outgoing:
    """The activity with a proof, where it is open to all."""
    if not activity.is_open:
        return activity
    return replace(activity, body=documents.encode(await _with_proof(activity)))


async def linked(activity: Outgoing) -> Outgoing:
    """The activity for those who are to pass it on: with a linked-data signature, or as for everybody."""
    if not _may_be_linked(activity):
        return await proven(activity)
    signed = await _with_signature(activity, json.loads(activity.body))
    return replace(activity, uri=activity.uri + _LINKED, body=signed) if signed else await proven(activity)


async def both(activity: Outgoing) -> Outgoing:
    """The activity with a proof and a linked-data signature over both."""
    if not _may_be_linked(activity):
        return await proven(activity)
    signed = await _with_signature(activity, await _with_proof(activity))
    return replace(activity, uri=activity.uri + _BOTH, body=signed) if signed else await proven(activity)


def names(activity: Outgoing) -> dict[str, Callable[[Outgoing], Awaitable[Outgoing]]]:
    """Under what an activity may have been written down, and how it is sealed there."""
    return {activity.uri: proven, activity.uri + _LINKED: linked, activity.uri + _BOTH: both}


def _may_be_linked(activity: Outgoing) -> bool:
    return activity.is_open and not settings.here().federation.is_secure


async def _with_proof(activity: Outgoing) -> JsonObject:
    data: JsonObject = json.loads(activity.body)
    try:
        signer = await network().keys.document_signer(activity.sender_id)
    except NotFound:
        return data
    return proofs.add_proof(data, key=signer.key, key_id=signer.key_id, now=clock.now())


async def _with_signature(activity: Outgoing, data: JsonObject) -> bytes | None:
    try:
        signer = await network().keys.signer(activity.sender_id)
        assert isinstance(signer.key, RSAPrivateKey)
        options = linked_data.signing_options(key_id=signer.key_id, now=clock.now())
        opened = {**data, "signature": options}
        found = await canonical(documents.encode(opened))
        return documents.encode(linked_data.sign(opened, found.text.encode("ascii"), key=signer.key))
    except (SignatureError, NotFound) as error:
        log.warning("%s leaves without a linked-data signature: %s", activity.uri, error)
        return None
