"""Whether this process is about to stop: load balancers are told before anybody else notices."""

from __future__ import annotations

_begun = False


def begin() -> None:
    """From now on this process says on `/health/ready` that it leaves. There is no way back."""
    global _begun
    _begun = True


def has_begun() -> bool:
    """Whether new requests had better go to another process."""
    return _begun
