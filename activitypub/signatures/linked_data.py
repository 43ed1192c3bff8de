"""Linked-data signatures, `RsaSignature2017`: what Mastodon puts into what others are to pass on.

The signature covers a graph, not the JSON. What is read on is therefore not the document as it came but what
its graph says, in our own terms: `graph.canonical` finds that, and the text that was signed. Nothing here
loads what that takes.

Source:  the algorithm as Mastodon has it: options without `type`, `id` and `signatureValue`, all others
hashed (FEP-ae0c knows two of them, mastodon#39701 added `expires`)
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from activitypub.document import JsonObject
from activitypub.errors import SignatureError
from activitypub.signatures.claim import check_key_id
from activitypub.signatures.keys import sign_bytes, verify_bytes
from activitypub.timestamps import read_timestamp

TYPE: Final = "RsaSignature2017"
_OPTIONS: Final = 10
_OPTION_CHARS: Final = 4_000
BYTES: Final = 131_072
AHEAD: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a signature claims, before any work was done."""

    key_id: str
    signature: bytes


def read_claim(data: JsonObject, *, now: datetime) -> Claim:
    """Read who claims to have signed a document; cheap.

    Raises:  SignatureError: unsigned, syntax, algorithm, key_id, in_future, expired
    """
    signature = signature_of(data)
    for name in ("created", "expires"):
        value = signature.get(name)
        moment = read_timestamp(value) if isinstance(value, str) else None
        if moment is None and (value is not None or name == "created"):
            raise SignatureError("syntax", f"{name} is no time")
        if moment is not None and name == "created" and moment > now + AHEAD:
            raise SignatureError("in_future", str(value))
        if moment is not None and name == "expires" and moment < now:
            raise SignatureError("expired", str(value))
    creator, value = signature.get("creator"), signature.get("signatureValue")
    if not isinstance(creator, str) or not isinstance(value, str):
        raise SignatureError("syntax", "a signature without a creator or a value")
    try:
        raw = base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureError("syntax", "a signature that is no base64") from error
    return Claim(check_key_id(creator), raw)


def signing_options(*, key_id: str, now: datetime) -> JsonObject:
    """What goes under `signature` of a document before `graph.canonical` tells the text to sign."""
    return {"type": TYPE, "creator": key_id, "created": now.strftime("%Y-%m-%dT%H:%M:%SZ")}


def verify(claim: Claim, text: bytes, key: RSAPublicKey) -> None:
    """Refuse a graph that the holder of this key did not sign.

    Raises:  SignatureError: bad_signature
    """
    if not verify_bytes(key, claim.signature, text):
        raise SignatureError("bad_signature", claim.key_id)


def sign(data: JsonObject, text: bytes, *, key: RSAPrivateKey) -> JsonObject:
    """Complete the signature of a document that holds `signing_options` and whose text is known."""
    value = base64.b64encode(sign_bytes(key, text)).decode("ascii")
    return {**data, "signature": {**data["signature"], "signatureValue": value}}


def signature_of(data: JsonObject) -> JsonObject:
    """The signature of a document, if it is one of ours to check.

    Raises:  SignatureError: unsigned, algorithm, syntax
    """
    signature = data.get("signature")
    if not isinstance(signature, dict):
        raise SignatureError("unsigned", "no signature")
    if signature.get("type") != TYPE:
        raise SignatureError("algorithm", repr(signature.get("type"))[:100])
    rest = [value for name, value in signature.items() if name != "@context"]
    if len(rest) > _OPTIONS or not all(isinstance(item, str) and len(item) < _OPTION_CHARS for item in rest):
        raise SignatureError("syntax", "options that are not a few short texts")
    return signature
