"""HTTP signatures over bytes and headers; the key is handed in.

A request is judged in steps, cheapest first: `claimed` reads who says they signed it and refuses what covers
too little; `check` compares host, time and digest; `verify` does that and then tries the key. None of them
fails open: they return, or raise SignatureError.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from activitypub.errors import SignatureError
from activitypub.signatures import cavage, rfc9421
from activitypub.signatures.claim import (
    Claim,
    Scheme,
    check_body,
    check_host,
    check_time,
    request_parts,
)
from activitypub.signatures.keys import PublicKeyObject, verify_bytes

__all__ = ["Claim", "Scheme", "check", "claimed", "verify", "verify_key"]


def claimed(method: str, target: str, headers: Iterable[tuple[str, str]]) -> Claim:
    """Read which key a request says it was signed with.

    Shapes:  target: raw path with query; headers: (lower-case name, value), repeated lines kept apart
    Raises:  SignatureError: unsigned, syntax, several, not_covered, missing_header, duplicate_header, header,
             algorithm, key_id, expired
    """
    request = request_parts(method, target, headers)
    if "signature-input" in request.fields:
        return rfc9421.read_claim(request)
    return cavage.read_claim(request)


def check(claim: Claim, *, body: bytes, our_hosts: Collection[str], now: datetime) -> None:
    """Refuse, before any key is looked for, what no key could save.

    Shapes:  body: the raw bytes; our_hosts: lower case, with the port where it is not the default; now: UTC
    Raises:  SignatureError: host, date, too_old, in_future, expired, digest
    """
    check_host(claim, our_hosts)
    check_time(claim, now)
    check_body(claim, body)


def verify(
    claim: Claim,
    *,
    body: bytes,
    public_key: PublicKeyObject,
    our_hosts: Collection[str],
    now: datetime,
) -> None:
    """Refuse a request that the holder of this key did not sign, for us, just now, with this body.

    Raises:  SignatureError: as `check`; algorithm, bad_signature
    """
    check(claim, body=body, our_hosts=our_hosts, now=now)
    verify_key(claim, public_key)


def verify_key(claim: Claim, public_key: PublicKeyObject) -> None:
    """Try a key on a claim that was checked.

    Raises:  SignatureError: algorithm, bad_signature
    """
    is_ed25519 = isinstance(public_key, Ed25519PublicKey)
    if claim.scheme is Scheme.RFC9421:
        if claim.algorithm is not None and (claim.algorithm == "ed25519") is not is_ed25519:
            raise SignatureError("algorithm", f"{claim.algorithm} with another kind of key")
        texts = rfc9421.signed_texts(claim)
    else:
        texts = cavage.signed_texts(claim)
    if any(verify_bytes(public_key, claim.signature, text) for text in texts):
        return
    # GoToSocial and hs2019 may mean SHA-512; tried last.
    may_be_sha512 = claim.scheme is Scheme.CAVAGE and claim.algorithm != "rsa-sha256" and not is_ed25519
    if may_be_sha512 and any(verify_bytes(public_key, claim.signature, text, sha512=True) for text in texts):
        return
    raise SignatureError("bad_signature", claim.key_id)
