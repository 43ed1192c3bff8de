"""Who really said what somebody else passes on: the actor, if a proof or a signature inside says so.

A proof covers the JSON as it stands, so the copy is as good as one that the actor delivers. A linked-data
signature covers a graph that can be told in other ways: what is read is the graph in our own terms, and even
that moves nothing but a deletion whose origin cannot be asked (`federation.forwarded`).

Source:  FEP-8b32; federation.md D8; security-reliability S-A13
"""

from __future__ import annotations

import logging

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from activitypub.activities import Activity
from activitypub.document import Document
from activitypub.errors import Malformed, SignatureError
from activitypub.read import read_activity
from activitypub.signatures import linked_data, proofs
from activitypub.signatures.keys import load_public_key, same_key_id
from echo import clock
from echo.models import Account
from federation.canonical import canonical
from federation.document_keys import document_key
from federation.errors import Untrusted
from federation.judge import is_same_origin
from federation.network import allow_http

log = logging.getLogger(__name__)


async def has_proof(document: Document, activity: Activity) -> bool:
    """Whether the actor themselves made the proof inside, over the document as it is.

    Another server is asked for a key that is not known, at most once for a while.
    """
    if not document.has("proof"):
        return False
    try:
        proof = proofs.read_proof(document.data, now=clock.now())
        key = await document_key(proof.key_id, owner=activity.actor)
        proofs.verify_proof(proof, key)
    except (SignatureError, Untrusted) as error:
        log.info("the proof of %s does not hold: %s", activity.id, error)
        return False
    return True


async def linked(document: Document, body: bytes, actor: Account) -> Activity | None:
    """What the actor signed, by the graph of the document; None when the signature does not hold."""
    try:
        claim = linked_data.read_claim(document.data, now=clock.now())
        if not is_same_origin(claim.key_id, actor.uri):
            raise SignatureError("key_id", f"{claim.key_id} is not on the server of {actor.uri}")
        keys = _keys(actor, claim.key_id)
        found = await canonical(body)
        if not any(_holds(claim, found.text, key) for key in keys):
            raise SignatureError("bad_signature", claim.key_id)
        return _only(Document(found.document))
    except (SignatureError, Malformed) as error:
        log.info("the signature of %s does not hold: %s", document.id, error)
        return None


def _keys(actor: Account, key_id: str) -> list[RSAPublicKey]:
    found = []
    for listed in actor.public_keys:
        if same_key_id(listed["id"], key_id):
            key = load_public_key(listed["pem"])
            if isinstance(key, RSAPublicKey):
                found.append(key)
    if not found:
        raise SignatureError("unknown_key", key_id)
    return found


def _holds(claim: linked_data.Claim, text: str, key: RSAPublicKey) -> bool:
    try:
        linked_data.verify(claim, text.encode("ascii"), key)
    except SignatureError:
        return False
    return True


def _only(document: Document) -> Activity:
    """The activity, if there is only one way to read it: the order of values is not signed."""
    for name in ("type", "actor", "object"):
        if len(document.values(name)) != 1:
            raise SignatureError("rearranged", f"not one {name}")
    return read_activity(document, allow_http=allow_http())
