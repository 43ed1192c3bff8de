"""The key pair with which this server proves to push services who it is.

Source:  RFC 8292 (VAPID)
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextvars import ContextVar
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

CURVE = ec.SECP256R1()
AUTH_BYTES = 16


@dataclass(frozen=True, slots=True)
class PushKeys:
    """Shapes:  public: the point on P-256, uncompressed, base64url without padding"""

    private_pem: str = field(repr=False)
    public: str


def new_private_pem() -> str:
    """A new private key: PKCS #8, PEM."""
    made = ec.generate_private_key(CURVE)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def keys_of(private_pem: str) -> PushKeys:
    """The pair of a private key."""
    private = load_pem_private_key(private_pem.encode(), password=None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return PushKeys(private_pem, encode(point_of(private.public_key())))


def point_of(public: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as it travels: 65 bytes."""
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encode(data: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """What was written in base64, in either alphabet, with padding or without.

    Raises:  ValueError for anything else
    """
    bare = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    return urlsafe_b64decode(bare + "=" * (-len(bare) % 4))


def is_point(data: bytes) -> bool:
    """Whether this is a public key on the curve: anything else would fail, or leak, when it is used."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, data)
    except ValueError:
        return False
    return len(data) == 65


_current: ContextVar[PushKeys] = ContextVar("echo_push_keys")


def bind(keys: PushKeys) -> None:
    """Make this the pair of the current task and of the tasks it starts."""
    _current.set(keys)


def here() -> PushKeys:
    """The pair of this server."""
    return _current.get()
