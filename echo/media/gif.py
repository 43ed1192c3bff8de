"""GIF files block by block: the frames are kept as they are, comments and other extras are dropped.

Re-encoding an animation would spoil its colours, so it is copied, and only blocks that draw are copied.
"""

from __future__ import annotations

from dataclasses import dataclass

from echo.media.result import Limits, Refusal, Refused

_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_GRAPHIC_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPING = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


@dataclass(frozen=True, slots=True)
class Gif:
    """A GIF without anything that does not draw."""

    data: bytes
    frames: int


def strip(data: bytes, limits: Limits) -> Gif:
    """A GIF reduced to its pictures and their timing; what follows the end mark is dropped too.

    Raises:  Refused when a block is cut off, when there is no picture, or when there are too many
    """
    try:
        return _strip(data, limits)
    except IndexError as error:
        raise Refused(Refusal.BROKEN, "GIF ends early") from error


def _strip(data: bytes, limits: Limits) -> Gif:
    position = 13 + _colour_table_bytes(data[10])
    kept = [data[:position]]
    frames = pixels = 0
    while data[position] != _TRAILER:
        start = position
        if data[position] == _IMAGE:
            frames += 1
            pixels += _frame_pixels(data, start, limits)
            position = _after_sub_blocks(data, start + 11 + _colour_table_bytes(data[start + 9]))
            kept.append(data[start:position])
        elif data[position] == _EXTENSION:
            position = _after_sub_blocks(data, start + 2)
            if _draws(data, start):
                kept.append(data[start:position])
        else:
            raise Refused(Refusal.BROKEN, "unknown GIF block")
        if frames > limits.max_frames or pixels > limits.max_animation_pixels:
            raise Refused(Refusal.FRAMES)
    if not frames:
        raise Refused(Refusal.BROKEN, "GIF without a picture")
    return Gif(b"".join(kept) + bytes((_TRAILER,)), frames)


def _frame_pixels(data: bytes, start: int, limits: Limits) -> int:
    # A frame has a size of its own, which may be far beyond that of the file's header.
    width = int.from_bytes(data[start + 5 : start + 7], "little")
    height = int.from_bytes(data[start + 7 : start + 9], "little")
    if width * height > limits.max_pixels:
        raise Refused(Refusal.PIXELS)
    return width * height


def _colour_table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_sub_blocks(data: bytes, position: int) -> int:
    while length := data[position]:
        position += 1 + length
    return position + 1


def _draws(data: bytes, start: int) -> bool:
    label = data[start + 1]
    return label == _GRAPHIC_CONTROL or (label == _APPLICATION and data[start + 3 : start + 14] in _LOOPING)
