"""A small picture that a peer attaches."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

SIDE = 24


def picture() -> bytes:
    """A PNG of one colour."""
    rows = (b"\x00" + b"\x20\x60\xa0" * SIDE) * SIDE
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def write_picture(path: Path) -> None:
    """Write it where an app looks for it."""
    path.write_bytes(picture())
