"""Small image files for tests, made on the spot."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def gradient(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture whose left is dark and whose right is bright."""
    return Image.linear_gradient("L").rotate(90).resize((width, height)).convert(mode)


def encoded(image: Image.Image, name: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, name, **options)
    return out.getvalue()


def jpeg(width: int = 60, height: int = 40, **options: object) -> bytes:
    return encoded(gradient(width, height), "JPEG", **options)


def png(width: int = 60, height: int = 40, mode: str = "RGB", **options: object) -> bytes:
    return encoded(gradient(width, height, mode), "PNG", **options)


def webp(width: int = 60, height: int = 40, **options: object) -> bytes:
    return encoded(gradient(width, height), "WEBP", **options)


def frames(count: int, size: tuple[int, int] = (16, 8)) -> list[Image.Image]:
    return [Image.new("RGB", size, (index * 37 % 256, index * 11 % 256, 90)) for index in range(count)]


def animated(name: str, count: int = 5) -> bytes:
    first, *rest = frames(count)
    return encoded(first, name, save_all=True, append_images=rest, duration=50, loop=0)


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG whose header tells any size; its data are zeros that unpack to a row or two."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes(60_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


_GIF_HEAD = b"GIF89a" + struct.pack("<HHBBB", 2, 2, 0x80, 0, 0) + b"\x00\x00\x00\xff\xff\xff"
_GIF_FRAME = b"\x2c" + struct.pack("<HHHHB", 0, 0, 2, 2, 0) + b"\x02\x02\x84\x51\x00"


def gif_of(count: int, *, extra: bytes = b"", frame: bytes = _GIF_FRAME, tail: bytes = b"") -> bytes:
    """A GIF of that many equal frames, with other blocks before them and bytes behind the end."""
    return _GIF_HEAD + extra + frame * count + b"\x3b" + tail


def gif_frame(width: int, height: int) -> bytes:
    return b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x84\x51\x00"
