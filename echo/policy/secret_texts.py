"""Secrets that we hand out: random, and kept as a digest only, so that a stolen database opens nothing."""

from __future__ import annotations

import hashlib
import secrets

SECRET_BYTES = 32


def new_secret() -> str:
    """A random text that is safe in addresses and headers."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(text: str) -> str:
    """What is stored of a secret. No salt: 32 random bytes cannot be guessed from their hash."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ."""
    return secrets.compare_digest(
        one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass")
    )
