"""Linked-data signatures, `RsaSignature2017`: what Mastodon puts into what others are to pass on.

The signature covers a graph, not the JSON. What is read on is therefore not the document as it came but what
its graph says, in our own terms (`Canonical.document`); and whoever relies on it relies on little (see
`federation.proven`).

Source:  the algorithm as Mastodon has it: options without `type`, `id` and `signatureValue`, all others
hashed (FEP-ae0c knows two of them, mastodon#39701 added `expires`)
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from activitypub.contexts import loader
from activitypub.document import JsonObject
from activitypub.errors import SignatureError
from activitypub.signatures.claim import check_key_id
from activitypub.signatures.digest import sha256
from activitypub.signatures.keys import sign_bytes, verify_bytes
from activitypub.timestamps import read_timestamp

TYPE: Final = "RsaSignature2017"
_OPTIONS_CONTEXT: Final = "https://w3id.org/identity/v1"
_NOT_HASHED: Final = frozenset({"type", "id", "signatureValue", "@context"})
_OPTIONS: Final = 10
_OPTION_CHARS: Final = 4_000
#: A graph that is read from another corner says something else with the same signature (GHSA-9rfg-v8g9-9367).
_REARRANGING: Final = frozenset({"@graph", "@included", "@reverse", "@nest", "@import"})
#: More values than the longest post with a hundred people in it has; the work grows with their square.
VALUES: Final = 1_500
BYTES: Final = 131_072
AHEAD: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a signature claims, before any work was done."""

    key_id: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Canonical:
    """Shapes:  text: what the key signs, 128 characters; document: what the graph says, in our terms"""

    text: bytes
    document: JsonObject


def read_claim(data: JsonObject, *, now: datetime) -> Claim:
    """Read who claims to have signed a document; cheap.

    Raises:  SignatureError: unsigned, syntax, algorithm, key_id, in_future, expired
    """
    signature = _signature_of(data)
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


def canonical(data: JsonObject) -> Canonical:
    """What a signed document says and what was signed for it. Slow: milliseconds, up to the limits.

    Raises:  SignatureError: unsigned, syntax, algorithm, rearranged, too_complex, json_ld
    """
    signature = _signature_of(data)
    options = {name: value for name, value in signature.items() if name not in _NOT_HASHED}
    bare = {name: value for name, value in data.items() if name != "signature"}
    _check_extent(bare)
    _refuse_rearranging(bare, in_context=False)
    expanded = loader.expand_safely(bare)
    _refuse_rearranging(expanded, in_context=False)
    meant = _without_unsigned(expanded)
    text = _hash(loader.expand_safely({**options, "@context": _OPTIONS_CONTEXT})) + _hash(expanded)
    document = loader.compact(meant)
    if "@graph" in document:
        raise SignatureError("rearranged", "several things at the top")
    return Canonical(text, document)


def signing_options(*, key_id: str, now: datetime) -> JsonObject:
    """What goes under `signature` of a document before `canonical` tells the text to sign."""
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


def _signature_of(data: JsonObject) -> JsonObject:
    signature = data.get("signature")
    if not isinstance(signature, dict):
        raise SignatureError("unsigned", "no signature")
    if signature.get("type") != TYPE:
        raise SignatureError("algorithm", repr(signature.get("type"))[:100])
    rest = [value for name, value in signature.items() if name != "@context"]
    if len(rest) > _OPTIONS or not all(isinstance(item, str) and len(item) < _OPTION_CHARS for item in rest):
        raise SignatureError("syntax", "options that are not a few short texts")
    return signature


def _check_extent(value: Any) -> None:
    """Refuse what is too much work, before any is done."""
    left, waiting = VALUES, [value]
    while waiting:
        left -= 1
        if left < 0:
            raise SignatureError("too_complex", f"more than {VALUES} values")
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _refuse_rearranging(value: Any, *, in_context: bool) -> None:
    """Refuse keywords that let a graph be told from another corner, also under another name."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name in _REARRANGING:
                raise SignatureError("rearranged", name)
            _refuse_rearranging(item, in_context=in_context or name == "@context")
    elif isinstance(value, list):
        for item in value:
            _refuse_rearranging(item, in_context=in_context)
    elif in_context and isinstance(value, str) and value in _REARRANGING:
        raise SignatureError("rearranged", value)


def _without_unsigned(value: Any) -> Any:
    """What is part of the graph: a term that no context knows is in the JSON but not in what was signed."""
    if isinstance(value, dict):
        return {
            name: _without_unsigned(item)
            for name, item in value.items()
            if not name.startswith("_:") and (name[:1] == "@" or ":" in name) and name != "@index"
        }
    if isinstance(value, list):
        kept = (item for item in value if not (isinstance(item, str) and item.startswith("_:")))
        return [_without_unsigned(item) for item in kept if not _is_nowhere(item)]
    return value


def _is_nowhere(item: Any) -> bool:
    """A reference to a relative address: it has no meaning in a graph, and no part in what was signed."""
    named = item.get("@id") if isinstance(item, dict) else None
    return isinstance(named, str) and ":" not in named


def _hash(expanded: list[Any]) -> bytes:
    return sha256(loader.canonical(expanded)).hex().encode("ascii")
