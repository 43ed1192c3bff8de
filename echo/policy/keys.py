"""Key pairs of local accounts, with which other servers check that a message is really from them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

# What every server of the network can verify.
RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class KeyPair:
    """PEM: PKCS #8 and SubjectPublicKeyInfo."""

    private_pem: str
    public_pem: str


async def new_key_pair() -> KeyPair:
    """A new RSA key pair. Takes some 40 ms of a core, in a thread."""
    return await asyncio.to_thread(_generate)


def _generate() -> KeyPair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return KeyPair(private_pem=private.decode(), public_pem=public.decode())
