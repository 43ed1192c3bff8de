"""Whether a file is banned: by its bytes, or a picture by how it looks."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import cast

from echo import cache
from echo.db import Row
from echo.errors import Disallowed
from echo.media.likeness import distance
from echo.media.result import ImageResult, Limits
from echo.media.sandbox import convert
from echo.store import banned_files

REFUSED = "Validation failed: This file is not allowed on this server"
# A ban reaches every process within this time.
REMEMBERED_SECONDS = 5.0
_CHUNK_BYTES = 1024 * 1024


async def require_allowed(sha256: str, look: str) -> None:
    """Raises Disallowed for a file that is banned.

    Shapes:  sha256: hexadecimal; look: of `echo.media.looks`, or empty
    """
    if await is_banned(sha256, look):
        raise Disallowed(REFUSED)


async def read_picture(content: bytes, limits: Limits) -> ImageResult:
    """A picture that becomes a portrait, a cover or an emoji. Takes a while: not for transactions.

    Raises:  Invalid for what is none; Disallowed for one that is banned
    """
    image = await convert(content, limits=limits)
    await require_allowed(hashlib.sha256(content).hexdigest(), image.look)
    if image.cut_look:
        await require_allowed("", image.cut_look)
    return image


async def is_banned(sha256: str, look: str) -> bool:
    """Whether a file is banned. Every look is compared: some ten thousand take a millisecond."""
    return any(
        (row["sha256"] and row["sha256"] == sha256)
        or (look and row["look"] and distance(row["look"], look) <= row["distance"])
        for row in await _known()
    )


async def has_looks() -> bool:
    """Whether it is of use to find out how pictures look."""
    return any(row["look"] for row in await _known())


def forget() -> None:
    """A ban has changed: this process reads them anew at once."""
    cache.memory().forget("banned files", lambda _: True)


def sha256_of(path: Path) -> str:
    """The digest of a file, hexadecimal. Reads all of it: not for the event loop."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


async def _known() -> list[Row]:
    known = cast("list[Row] | None", cache.memory().recall("banned files", "now"))
    if known is None:
        known = await banned_files.every()
        cache.memory().keep("banned files", "now", known, seconds=REMEMBERED_SECONDS)
    return known
