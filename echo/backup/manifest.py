"""What a backup says of itself: `manifest.json`, its first and last word."""

from __future__ import annotations

from datetime import datetime

import msgspec

from echo.errors import Invalid

FORMAT = 1
MANIFEST, DATABASE, SEAL, CONFIG, MEDIA_LIST = (
    "manifest.json",
    "database.dump",
    "seal.key",
    "config.toml",
    "media.jsonl",
)
MEDIA_FOLDER, TEXTS_FOLDER = "media/", "texts/"


class MediaFile(msgspec.Struct, frozen=True):
    """A line of `media.jsonl`: a file that rows name. A hash is hexadecimal SHA-256."""

    key: str
    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a restore must know before it begins.

    Shapes:  tables: rows of each table in the snapshot; sha256: of each file of the backup but media and
             this one; media_missing: keys that rows name although there is no such file
    """

    format: int = FORMAT
    made_at: datetime
    echo: str
    postgres: int
    domain: str
    base_url: str
    migrations: list[str]
    tables: dict[str, int]
    sha256: dict[str, str]
    media_files: int
    media_bytes: int
    media_missing: int
    has_media: bool
    has_config_secrets: bool


def read(content: bytes) -> Manifest:
    """The manifest in these bytes. Raises Invalid for what is none, and for a format of a later release."""
    try:
        found = msgspec.json.decode(content, type=Manifest)
    except msgspec.DecodeError as error:
        raise Invalid(f"This is not a backup of Echo: {error}") from error
    if found.format > FORMAT:
        raise Invalid(f"The backup has format {found.format}, this release reads up to {FORMAT}")
    return found
