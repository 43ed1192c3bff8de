"""How a picture looks, in 64 bits: it is known again when it was made smaller or saved anew.

A difference hash: the picture in grey, 9 by 8 pixels; a bit for each pixel that is brighter than the one to
its right. It does not withstand mirroring or cutting, and says little about pictures with hardly anything in
them.
"""

from __future__ import annotations

from itertools import pairwise

from PIL import Image

_WIDTH, _HEIGHT = 9, 8
# With so few bits of one kind a picture is nearly plain, and like many others.
_FEWEST_BITS = 6


def look_of(picture: Image.Image) -> str:
    """Sixteen hexadecimal digits; empty for a picture that is nearly plain."""
    if picture.mode == "RGBA":
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    small = picture.convert("L").resize((_WIDTH, _HEIGHT), Image.Resampling.BOX)
    pixels, bits = small.tobytes(), 0
    for row in range(_HEIGHT):
        line = pixels[row * _WIDTH : (row + 1) * _WIDTH]
        for left, right in pairwise(line):
            bits = bits << 1 | (left > right)
    ones = bits.bit_count()
    return "" if min(ones, 64 - ones) < _FEWEST_BITS else f"{bits:016x}"
