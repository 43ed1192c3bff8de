"""Three colours of a picture that can be read on one another, for the players of recordings."""

from __future__ import annotations

from collections import Counter

from PIL import Image

Colour = tuple[int, int, int]

_EDGE_PIXELS = 48
_SHADES = 16
# W3C's contrast for text, and for large signs.
_TEXT_CONTRAST, _SIGN_CONTRAST = 4.5, 3.0
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)


def colours_of(image: Image.Image) -> dict[str, str]:
    """Background (what most of the edge is), foreground (can be read on it) and accent (the liveliest)."""
    small = image.convert("RGB").resize((_EDGE_PIXELS, _EDGE_PIXELS)).quantize(_SHADES).convert("RGB")
    pixels = small.load()
    assert pixels is not None
    last = _EDGE_PIXELS - 1
    edge: Counter[Colour] = Counter()
    every: Counter[Colour] = Counter()
    for x in range(_EDGE_PIXELS):
        for y in range(_EDGE_PIXELS):
            value = pixels[x, y]
            assert isinstance(value, tuple)
            colour = (int(value[0]), int(value[1]), int(value[2]))
            every[colour] += 1
            if x in (0, last) or y in (0, last):
                edge[colour] += 1
    background = max(edge, key=lambda c: edge[c])  # `most_common` imports, which the confined child cannot
    readable = [c for c in every if _contrast(c, background) >= _TEXT_CONTRAST]
    plain = max((_WHITE, _BLACK), key=lambda c: _contrast(c, background))
    foreground = max(readable, key=lambda c: every[c], default=plain)
    lively = [c for c in every if c != foreground and _contrast(c, background) >= _SIGN_CONTRAST]
    accent = max(lively, key=_liveliness, default=foreground)
    return {"background": _text(background), "foreground": _text(foreground), "accent": _text(accent)}


def _text(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _liveliness(colour: Colour) -> int:
    return max(colour) - min(colour)


def _luminance(colour: Colour) -> float:
    def linear(value: int) -> float:
        part = value / 255
        return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])


def _contrast(first: Colour, second: Colour) -> float:
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)
