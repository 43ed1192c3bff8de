"""Integrity proofs inside a document: `eddsa-jcs-2022`, over the JSON as it stands.

Every member is covered, in every spelling, whatever a context says it means: what was proven is read as plain
JSON, as everything else is.

Source:  FEP-8b32; W3C Data Integrity EdDSA Cryptosuites
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from activitypub.contexts import PROOF_TERMS
from activitypub.document import JsonObject
from activitypub.errors import SignatureError
from activitypub.signatures.claim import check_key_id
from activitypub.signatures.digest import sha256
from activitypub.signatures.keys import verify_bytes
from activitypub.signatures.multibase import decode_base58btc, encode_base58btc
from activitypub.timestamps import read_timestamp
from activitypub.vocabulary import AS

SUITE: Final = "eddsa-jcs-2022"
_OLD_SUITE: Final = "jcs-eddsa-2022"  # Mitra, before the suite had its name
_PURPOSE: Final = "assertionMethod"
_SIGNATURE_BYTES: Final = 64
_PROOFS_SEEN: Final = 10
#: Clocks differ, and a proof may be made long before it is passed on, but not later.
AHEAD: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a proof claims.

    Shapes:  texts: what may have been signed; of Fedify's proofs the context is hashed but not written
    """

    key_id: str
    signature: bytes
    texts: tuple[bytes, ...]


def read_proof(data: JsonObject, *, now: datetime) -> Proof:
    """Read the proof of a document; its linked-data signature was made later and is no part of it.

    Raises:  SignatureError: unsigned, syntax, algorithm, purpose, context, key_id, in_future, expired
    """
    proof = _ours_of(data.get("proof"))
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    if options.get("proofPurpose") != _PURPOSE:
        raise SignatureError("purpose", repr(options.get("proofPurpose"))[:100])
    _check_times(options, now)
    key_id = options.get("verificationMethod")
    signature = proof.get("proofValue")
    if not isinstance(key_id, str) or not isinstance(signature, str):
        raise SignatureError("syntax", "a proof without a key or a value")
    raw = decode_base58btc(signature)
    if len(raw) != _SIGNATURE_BYTES:
        raise SignatureError("syntax", f"a signature of {len(raw)} bytes")
    return Proof(check_key_id(key_id), raw, _texts(data, options))


def verify_proof(proof: Proof, key: Ed25519PublicKey) -> None:
    """Refuse a document that the holder of this key did not sign as it is.

    Raises:  SignatureError: bad_signature
    """
    if not any(verify_bytes(key, proof.signature, text) for text in proof.texts):
        raise SignatureError("bad_signature", proof.key_id)


def add_proof(data: JsonObject, *, key: Ed25519PrivateKey, key_id: str, now: datetime) -> JsonObject:
    """A copy of a document with a proof; made before any linked-data signature.

    The context becomes a list that explains the proof; the proof repeats it, as the suite wants (Mastodon
    compares the two).
    """
    bare = {name: value for name, value in data.items() if name not in ("proof", "signature")}
    context = [*_as_list(bare.get("@context", AS)), PROOF_TERMS]
    bare["@context"] = context
    options: JsonObject = {
        "@context": context,
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "verificationMethod": key_id,
        "proofPurpose": _PURPOSE,
        "created": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    signature = key.sign(_text(bare, options))
    return {**bare, "proof": {**options, "proofValue": encode_base58btc(signature)}}


def _ours_of(sent: object) -> JsonObject:
    """The proof of a suite that we know, when there are several."""
    candidates = sent[:_PROOFS_SEEN] if isinstance(sent, list) else [sent]
    proofs = [item for item in candidates if isinstance(item, dict)]
    if not proofs:
        raise SignatureError("unsigned", "no proof")
    for proof in proofs:
        if proof.get("type") == "DataIntegrityProof" and proof.get("cryptosuite") in (SUITE, _OLD_SUITE):
            return proof
    raise SignatureError("algorithm", repr(proofs[0].get("cryptosuite"))[:100])


def _check_times(options: Mapping[str, object], now: datetime) -> None:
    for name in ("created", "expires"):
        value = options.get(name)
        if value is None:
            continue
        moment = read_timestamp(value) if isinstance(value, str) else None
        if moment is None:
            raise SignatureError("syntax", f"{name} is no time")
        if name == "created" and moment > now + AHEAD:
            raise SignatureError("in_future", value if isinstance(value, str) else name)
        if name == "expires" and moment < now:
            raise SignatureError("expired", value if isinstance(value, str) else name)


def _texts(data: JsonObject, options: JsonObject) -> tuple[bytes, ...]:
    bare = {name: value for name, value in data.items() if name not in ("proof", "signature")}
    context, named = bare.get("@context"), options.get("@context")
    if named is None:
        with_context = {"@context": context, **options}
        return (_text(bare, options), _text(bare, with_context)) if context else (_text(bare, options),)
    begins = _as_list(named)
    if _as_list(context)[: len(begins)] != begins:
        raise SignatureError("context", "the proof was made for another context")
    return (_text({**bare, "@context": named}, options),)


def _text(bare: JsonObject, options: JsonObject) -> bytes:
    try:
        return sha256(rfc8785.dumps(options)) + sha256(rfc8785.dumps(bare))
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise SignatureError("syntax", "a value that has no canonical form") from error


def _as_list(context: Any) -> list[Any]:
    return list(context) if isinstance(context, list) else [context]
