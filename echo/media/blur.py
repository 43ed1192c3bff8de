"""The colours of a picture in a few letters (blurhash), as the library of that name writes them.

The same sums, in another order: first along the rows, then down the columns. That takes a tenth of the time.
"""

from __future__ import annotations

import math
from operator import mul

from blurhash.blurhash import base83_encode, linear_to_srgb, sign_pow, srgb_to_linear
from PIL import Image

Vector = list[float]

_EDGE_PIXELS = 32
_LINEAR = [srgb_to_linear(value) for value in range(256)]


def hash_of(picture: Image.Image) -> str:
    """4 by 3 waves, 3 by 4 or 4 by 4, by the form of the picture; what is clear counts as white."""
    small = picture.copy()
    small.thumbnail((_EDGE_PIXELS, _EDGE_PIXELS))
    if small.mode == "RGBA":
        white = Image.new("RGBA", small.size, "white")
        small = Image.alpha_composite(white, small)
    small = small.convert("RGB")
    width, height = small.size
    columns, lines = (4, 4) if width == height else (4, 3) if width > height else (3, 4)
    return _written(_sums(small, columns, lines), columns, lines)


def _sums(picture: Image.Image, columns: int, lines: int) -> list[Vector]:
    """Of each wave, line by line, the mean of red, green and blue."""
    width, height = picture.size
    across, down = _waves(columns, width), _waves(lines, height)
    sums = [[0.0, 0.0, 0.0] for _ in range(columns * lines)]
    for channel in range(3):
        values = [_LINEAR[value] for value in picture.getchannel(channel).tobytes()]
        rows = [values[start : start + width] for start in range(0, width * height, width)]
        for i, wave in enumerate(across):
            column = [sum(map(mul, wave, row)) for row in rows]
            for j, other in enumerate(down):
                scale = (2.0 if i or j else 1.0) / (width * height)
                sums[j * columns + i][channel] = sum(map(mul, other, column)) * scale
    return sums


def _waves(count: int, length: int) -> list[Vector]:
    return [[math.cos(math.pi * wave * place / length) for place in range(length)] for wave in range(count)]


def _written(sums: list[Vector], columns: int, lines: int) -> str:
    mean, *waves = sums
    largest = max(abs(value) for wave in waves for value in wave)
    scale = int(max(0, min(82, math.floor(largest * 166 - 0.5))))
    colour = 0
    for value in mean:
        colour = colour << 8 | linear_to_srgb(value)
    letters = [base83_encode(columns - 1 + (lines - 1) * 9, 1), base83_encode(scale, 1)]
    letters.append(base83_encode(colour, 4))
    for wave in waves:
        number = 0
        for value in wave:
            step = math.floor(sign_pow(value * 166 / (scale + 1), 0.5) * 9 + 9.5)
            number = number * 19 + max(0, min(18, step))
        letters.append(base83_encode(number, 2))
    return "".join(letters)
