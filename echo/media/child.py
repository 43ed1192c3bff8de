"""The program that converts one image: `python -m echo.media.child`, started by `echo.media.sandbox`.

Standard input is the file, the one argument the limits, standard output one line of JSON and then the bytes
of the picture and of its preview. It is confined before it looks at the first byte.
"""

from __future__ import annotations

import json
import os
import sys

from PIL import Image

from echo.media.confine import confine
from echo.media.images import inspect_and_convert
from echo.media.result import MEGABYTE, ImageResult, Limits, Picture, Refusal, Refused

MEMORY_BYTES = 1024 * MEGABYTE  # 33 megapixels of WebP take 550 at their peak
CPU_SECONDS = 20
NICE = 5  # whoever waits for a page goes first


def main() -> None:
    """Convert standard input to standard output."""
    os.nice(NICE)
    limits = Limits(**json.loads(sys.argv[1]))
    data = sys.stdin.buffer.read(limits.max_bytes + 1)
    Image.preinit()  # imports what Pillow wants in any case, which is not possible afterwards
    confine(memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS)
    try:
        answer = _encode(inspect_and_convert(data, limits))
    except Refused as refused:
        answer = _refusal(refused.reason, refused.detail)
    except Exception as error:  # whatever a decoder raises, the file is at fault
        answer = _refusal(Refusal.BROKEN, f"{type(error).__name__}: {error}"[:200])
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


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
    }
    return json.dumps(head).encode() + b"\n" + result.original.data + result.preview.data


def _describe(picture: Picture) -> dict[str, str | int]:
    return {
        "bytes": len(picture.data),
        "width": picture.size.width,
        "height": picture.size.height,
    }


if __name__ == "__main__":
    main()
