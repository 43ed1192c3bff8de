"""What a child does that converts one image; `echo.media.nursery` forks it.

Descriptor 0 is a socket: the file comes in, one line of JSON and then the bytes of the picture and of its
preview go out. It is confined before it looks at the first byte.
"""

from __future__ import annotations

import json
import os

from PIL import Image

from echo.media.confine import confine
from echo.media.images import inspect_and_convert
from echo.media.result import MEGABYTE, ImageResult, Limits, Picture, Refusal, Refused

MEMORY_BYTES = 1024 * MEGABYTE  # 33 megapixels of WebP take 550 at their peak
CPU_SECONDS = 20


def prepare() -> None:
    """Import what Pillow wants in any case, which is not possible afterwards."""
    Image.preinit()


def work(limits_json: bytes, parent_pid: int) -> None:
    """Convert the file that comes, within these limits, as a child of that process."""
    limits = Limits(**json.loads(limits_json))
    data = _read(limits.max_bytes + 1)
    confine(memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS, parent_pid=parent_pid)
    try:
        answer = _encode(inspect_and_convert(data, limits))
    except Refused as refused:
        answer = _refusal(refused.reason, refused.detail)
    except Exception as error:  # whatever a decoder raises, the file is at fault
        answer = _refusal(Refusal.BROKEN, f"{type(error).__name__}: {error}"[:200])
    rest = memoryview(answer)
    while rest:
        rest = rest[os.write(0, rest) :]


def _read(most_bytes: int) -> bytes:
    pieces: list[bytes] = []
    while most_bytes > 0 and (piece := os.read(0, min(most_bytes, MEGABYTE))):
        pieces.append(piece)
        most_bytes -= len(piece)
    return b"".join(pieces)


def _refusal(reason: Refusal, detail: str) -> bytes:
    return json.dumps({"refused": reason.value, "detail": detail}).encode() + b"\n"


def _encode(result: ImageResult) -> bytes:
    head = {
        "original": _describe(result.original),
        "preview": _describe(result.preview),
        "blurhash": result.blurhash,
        "is_animated": result.is_animated,
        "colours": result.colours,
        "look": result.look,
        "cut_look": result.cut_look,
    }
    return json.dumps(head).encode() + b"\n" + result.original.data + result.preview.data


def _describe(picture: Picture) -> dict[str, str | int]:
    return {
        "bytes": len(picture.data),
        "width": picture.size.width,
        "height": picture.size.height,
    }
