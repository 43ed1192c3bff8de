"""Names of stored files: random, telling nothing but what a file is served as."""

from __future__ import annotations

import re
import secrets

from echo.errors import NotFound

# What is ever served as what; a key with another ending does not exist.
CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "aac": "audio/aac",
}
# A file as it came, kept until it is made ready and served to nobody.
RAW = "raw"
RAW_TYPE = "application/octet-stream"
_KEY = re.compile(r"[0-9a-z]{2}/[0-9a-z]{2}/[0-9a-z]{28}\.(?P<extension>[0-9a-z]{3,4})", re.ASCII)
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_RANDOM_CHARACTERS = 32  # 165 bits


def new_key(extension: str) -> str:
    """A key that no file has, spread over folders so that none grows large."""
    if extension not in CONTENT_TYPES and extension != RAW:
        raise ValueError(f"no media extension: {extension}")
    name = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARACTERS))
    return f"{name[:2]}/{name[2:4]}/{name[4:]}.{extension}"


def content_type_of(key: str) -> str:
    """The type a file is served as, from its key alone.

    Raises:  NotFound for anything that is not one of our keys, and for files that are not served
    """
    kept = kept_type_of(key)
    if kept == RAW_TYPE:
        raise NotFound
    return kept


def kept_type_of(key: str) -> str:
    """The same, for files that are not served too. Raises NotFound for what is not one of our keys."""
    match = _KEY.fullmatch(key)
    if match is None:
        raise NotFound
    if match["extension"] == RAW:
        return RAW_TYPE
    content_type = CONTENT_TYPES.get(match["extension"])
    if content_type is None:
        raise NotFound
    return content_type


def check(key: str, content_type: str) -> None:
    """Raises ValueError when this type does not belong under this key, NotFound when it is no key."""
    if kept_type_of(key) != content_type:
        raise ValueError(f"{content_type} under {key}")
