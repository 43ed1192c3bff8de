"""What an image file says of itself in its first bytes. Nothing is decoded, so nothing can go wrong.

Only these formats are taken; what a client or another server claims about a file is not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

from echo.media.result import Limits, Refusal, Refused

CONTENT_TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
}
EXTENSIONS = {"jpeg": "jpg", "png": "png", "webp": "webp", "gif": "gif", "avif": "avif"}
HEADER_BYTES = 1024 * 1024  # a JPEG may carry this much before it tells its size

# Start-of-frame markers of JPEG; the gaps are tables and reserved numbers.
_JPEG_FRAMES = frozenset((0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF))
_JPEG_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a length


@dataclass(frozen=True, slots=True)
class Header:
    """A recognised format, and the size if the header tells it plainly (AVIF does not)."""

    format: str
    size: tuple[int, int] | None

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self.format]

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.format]

    @property
    def pixels(self) -> int:
        return self.size[0] * self.size[1] if self.size else 0


def read_header(data: bytes) -> Header | None:
    """The format and size of an image from its beginning; None for everything that we do not take.

    Shapes:  data: the file or its first `HEADER_BYTES`
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _sized("png", _png_size(data))
    if data.startswith((b"GIF87a", b"GIF89a")):
        return _sized("gif", (_little(data, 6, 2), _little(data, 8, 2)) if len(data) >= 13 else None)
    if data.startswith(b"\xff\xd8\xff"):
        return _sized("jpeg", _jpeg_size(data))
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _sized("webp", _webp_size(data))
    if data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"avis"):
        return Header("avif", None)
    return None


def _sized(name: str, size: tuple[int, int] | None) -> Header | None:
    return Header(name, size) if size and min(size) > 0 else None


def _little(data: bytes, start: int, length: int) -> int:
    return int.from_bytes(data[start : start + length], "little")


def _big(data: bytes, start: int, length: int) -> int:
    return int.from_bytes(data[start : start + length], "big")


def _png_size(data: bytes) -> tuple[int, int] | None:
    if len(data) < 33 or data[12:16] != b"IHDR":
        return None
    return _big(data, 16, 4), _big(data, 20, 4)


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 < len(data):
        if data[position] != 0xFF:
            return None
        marker = data[position + 1]
        if marker == 0xFF:  # padding before a marker
            position += 1
        elif marker in _JPEG_ALONE:
            position += 2
        elif marker in _JPEG_FRAMES:
            return _big(data, position + 7, 2), _big(data, position + 5, 2)
        else:
            position += 2 + max(_big(data, position + 2, 2), 2)
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    if len(data) < 30:
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + _little(data, 24, 3), 1 + _little(data, 27, 3)
    if kind == b"VP8L" and data[20] == 0x2F:
        bits = _little(data, 21, 4)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return _little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF
    return None


def check(data: bytes, limits: Limits) -> Header:
    """The header of a file that is not too large by what it says of itself; cheap, decodes nothing.

    Raises:  Refused
    """
    if len(data) > limits.max_bytes:
        raise Refused(Refusal.BYTES)
    header = read_header(data)
    if header is None:
        raise Refused(Refusal.TYPE)
    if header.pixels > limits.max_pixels:
        raise Refused(Refusal.PIXELS)
    return header
