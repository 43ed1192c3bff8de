"""Keys: made, stored as PEM, loaded once and then handed around as objects.

Loading a private key the ordinary way costs 35 ms, because its primes are checked again; ours skip that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from activitypub.errors import SignatureError

PrivateKey = RSAPrivateKey | Ed25519PrivateKey
PublicKeyObject = RSAPublicKey | Ed25519PublicKey

_RSA_BITS: Final = 2048
_RSA_BITS_ACCEPTED: Final = range(2048, 8193)
_PEM: Final = re.compile(r"-----BEGIN ((?:RSA )?PUBLIC KEY)-----([A-Za-z0-9+/=\s]{1,20000})-----END \1-----")
_PADDING: Final = PKCS1v15()
_SHA256: Final = hashes.SHA256()
_SHA512: Final = hashes.SHA512()


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A new pair, both halves in PEM."""

    private_pem: str
    public_pem: str


def generate_rsa() -> KeyPair:
    """Make an RSA-2048 pair; takes 30 to 100 ms, never on the event loop."""
    return _as_pem(generate_private_key(public_exponent=65537, key_size=_RSA_BITS))


def generate_ed25519() -> KeyPair:
    """Make an Ed25519 pair."""
    return _as_pem(Ed25519PrivateKey.generate())


def load_private_key(pem: str) -> PrivateKey:
    """Load a key that we made ourselves; its primes are not checked again.

    Raises:  SignatureError: key
    """
    try:
        key = load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SignatureError("key", "not a private key in PEM") from error
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise SignatureError("key", "neither RSA nor Ed25519")
    return key


def load_public_key(pem: str) -> PublicKeyObject:
    """Load somebody's key: PKCS#1 or SubjectPublicKeyInfo, whatever stands around it (Mitra and snac notes).

    Raises:  SignatureError: key
    """
    match = _PEM.search(pem)
    if match is None:
        raise SignatureError("key", "no public key in PEM")
    payload = "".join(match[2].split())
    lines = [payload[start : start + 64] for start in range(0, len(payload), 64)]
    tidy = "\n".join((f"-----BEGIN {match[1]}-----", *lines, f"-----END {match[1]}-----", ""))
    try:
        key = load_pem_public_key(tidy.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureError("key", "not a public key") from error
    if isinstance(key, RSAPublicKey) and key.key_size not in _RSA_BITS_ACCEPTED:
        raise SignatureError("key", f"an RSA key of {key.key_size} bits")
    if not isinstance(key, RSAPublicKey | Ed25519PublicKey):
        raise SignatureError("key", "neither RSA nor Ed25519")
    return key


def write_public_key(key: PublicKeyObject) -> str:
    """Write a public key as PEM, ending in a newline, nothing after it."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def sign_bytes(key: PrivateKey, data: bytes) -> bytes:
    """Sign with RSASSA-PKCS1-v1_5 and SHA-256, or with Ed25519."""
    if isinstance(key, RSAPrivateKey):
        return key.sign(data, _PADDING, _SHA256)
    return key.sign(data)


def verify_bytes(key: PublicKeyObject, signature: bytes, data: bytes, *, sha512: bool = False) -> bool:
    """Tell whether a signature holds, by the key's own type; `sha512` tries RSA with SHA-512 instead."""
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(signature, data, _PADDING, _SHA512 if sha512 else _SHA256)
        else:
            key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def same_key_id(listed: str, claimed: str) -> bool:
    """Tell whether a listed key is the claimed one, exactly or but for a slash before "#" (BookWyrm)."""
    return listed == claimed or listed.replace("/#", "#") == claimed.replace("/#", "#")


def _as_pem(key: PrivateKey) -> KeyPair:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return KeyPair(private_pem=private, public_pem=write_public_key(key.public_key()))
