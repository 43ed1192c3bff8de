"""Multibase base58btc and the two Multikey prefixes that are in use.

Source:  W3C Controlled Identifiers (Multikey); FEP-521a
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from activitypub.errors import SignatureError

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
_MAX_CHARS: Final = 1_000  # decoding is quadratic
_ED25519_PREFIX: Final = b"\xed\x01"


def encode_base58btc(data: bytes) -> str:
    """Write bytes as multibase base58btc, `z...`."""
    number = int.from_bytes(data, "big")
    digits: list[str] = []
    while number:
        number, rest = divmod(number, 58)
        digits.append(_ALPHABET[rest])
    zeros = len(data) - len(data.lstrip(b"\x00"))
    return "z" + _ALPHABET[0] * zeros + "".join(reversed(digits))


def decode_base58btc(text: str) -> bytes:
    """Read multibase base58btc.

    Raises:  SignatureError: key
    """
    digits = text[1:]
    if text[:1] != "z" or len(digits) > _MAX_CHARS:
        raise SignatureError("key", "not multibase base58btc")
    number = 0
    for character in digits:
        value = _VALUES.get(character)
        if value is None:
            raise SignatureError("key", "not multibase base58btc")
        number = number * 58 + value
    zeros = len(digits) - len(digits.lstrip(_ALPHABET[0]))
    return b"\x00" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def write_ed25519_multikey(key: Ed25519PublicKey) -> str:
    """Write an Ed25519 key as `publicKeyMultibase`."""
    return encode_base58btc(_ED25519_PREFIX + key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def read_ed25519_multikey(text: str) -> Ed25519PublicKey:
    """Read `publicKeyMultibase` of an Ed25519 key.

    Raises:  SignatureError: key
    """
    data = decode_base58btc(text)
    if len(data) != 34 or not data.startswith(_ED25519_PREFIX):
        raise SignatureError("key", "not an Ed25519 multikey")
    return Ed25519PublicKey.from_public_bytes(data[2:])
