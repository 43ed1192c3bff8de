"""Digest (upper-case label) and Content-Digest (lower-case label) of a body.

The same hash stands in two headers with opposite customs: Threads and snac refuse a lower-case Digest label,
RFC 9530 wants Content-Digest in lower case (fedify#125, misskey#12678, wordpress#1901).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from typing import Final

from activitypub.errors import SignatureError
from activitypub.signatures.structured import read_dictionary

_HASHES: Final[dict[str, Callable[[bytes], bytes]]] = {
    "sha-256": lambda body: hashlib.sha256(body).digest(),
    "sha-512": lambda body: hashlib.sha512(body).digest(),
}


def sha256(body: bytes) -> bytes:
    """Hash a body once; both headers are written from it."""
    return hashlib.sha256(body).digest()


def write_digest(sha256_of_body: bytes) -> str:
    """The value of the Digest header."""
    return "SHA-256=" + base64.b64encode(sha256_of_body).decode("ascii")


def write_content_digest(sha256_of_body: bytes) -> str:
    """The value of the Content-Digest header.

    Source:  RFC 9530
    """
    return f"sha-256=:{base64.b64encode(sha256_of_body).decode('ascii')}:"


def check_digest(value: str, body: bytes) -> None:
    """Check a Digest header: label in any case, a list is allowed, the SHA-256 (or SHA-512) of it must match.

    Raises:  SignatureError: digest
    """
    given: dict[str, bytes] = {}
    for part in value.split(","):
        label, separator, encoded = part.strip().partition("=")
        name = label.strip().lower()
        if not separator or name in given:
            raise SignatureError("digest", "a malformed or repeated digest")
        try:
            given[name] = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            given[name] = b""
    _check(given, body)


def check_content_digest(value: str, body: bytes) -> None:
    """Check a Content-Digest header: SHA-256 or SHA-512 must be there, and every one of them must match.

    Raises:  SignatureError: digest
    Source:  RFC 9530
    """
    given: dict[str, bytes] = {}
    for name, member in read_dictionary(value, reason="digest").items():
        content = member[0] if isinstance(member, tuple) else member
        given[name] = content if isinstance(content, bytes) else b""
    _check(given, body)


def _check(given: dict[str, bytes], body: bytes) -> None:
    known = [name for name in _HASHES if name in given]
    if not known:
        raise SignatureError("digest", "neither SHA-256 nor SHA-512")
    for name in known:
        if not hmac.compare_digest(given[name], _HASHES[name](body)):
            raise SignatureError("digest", f"the {name} of the body is another")
