"""Key pairs of local accounts, with which other servers check that a message is really from them.

RSA signs requests, because every server verifies it; Ed25519 signs documents (FEP-8b32, FEP-521a).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

# What every server of the network can verify.
RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class KeyPair:
    """PEM: PKCS #8 and SubjectPublicKeyInfo."""

    private_pem: str
    public_pem: str


@dataclass(frozen=True, slots=True)
class KeyPairs:
    """Both pairs of an account."""

    rsa: KeyPair
    ed25519: KeyPair


async def new_key_pairs() -> KeyPairs:
    """New key pairs. Takes some 40 ms of a core, in a thread."""
    return KeyPairs(rsa=await asyncio.to_thread(_new_rsa_pair), ed25519=new_ed25519_pair())


def new_ed25519_pair() -> KeyPair:
    """A new Ed25519 key pair. Takes a tenth of a millisecond."""
    return _as_pem(Ed25519PrivateKey.generate())


def _new_rsa_pair() -> KeyPair:
    return _as_pem(rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS))


def _as_pem(key: rsa.RSAPrivateKey | Ed25519PrivateKey) -> KeyPair:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return KeyPair(private_pem=private.decode(), public_pem=public.decode())


def belong_together(private_pem: str, public_pem: str) -> bool:
    """Whether what the one signs verifies with the other; False for what is no key at all."""
    text = b"Echo"
    try:
        # Made here, so that their numbers need no proof; that takes a hundred times as long.
        private = serialization.load_pem_private_key(
            private_pem.encode(), None, unsafe_skip_rsa_key_validation=True
        )
        public = serialization.load_pem_public_key(public_pem.encode())
        if isinstance(private, rsa.RSAPrivateKey) and isinstance(public, rsa.RSAPublicKey):
            signed = private.sign(text, padding.PKCS1v15(), hashes.SHA256())
            public.verify(signed, text, padding.PKCS1v15(), hashes.SHA256())
            return True
        if isinstance(private, Ed25519PrivateKey) and isinstance(public, Ed25519PublicKey):
            public.verify(private.sign(text), text)
            return True
    except (ValueError, InvalidSignature):
        return False
    return False
