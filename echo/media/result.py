"""What goes into a conversion and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MEGABYTE = 1024 * 1024


class Refusal(StrEnum):
    """Why a file is not taken."""

    TYPE = "type"  # not one of the formats we know
    BROKEN = "broken"  # of a known format, but not readable to its end
    BYTES = "bytes"
    PIXELS = "pixels"
    FRAMES = "frames"
    RATE = "rate"  # frames in a second
    DURATION = "duration"


class Refused(Exception):
    """A file that is not taken, inside the media rooms; people see an `echo.errors.Invalid`."""

    def __init__(self, reason: Refusal, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason} {detail}".strip())


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be, and how large it is kept."""

    max_bytes: int = 16 * MEGABYTE
    max_pixels: int = 33_177_600  # 7680 x 4320, of one frame
    max_frames: int = 9_999
    max_animation_pixels: int = 2**31  # of all frames together
    output_pixels: int = 8_294_400  # 3840 x 2160
    preview_pixels: int = 230_400  # 640 x 360
    # Exact size, for avatars and headers: the middle is cut out, and what moves stands still.
    crop: tuple[int, int] | None = None
    with_colours: bool = False  # for the covers of recordings


@dataclass(frozen=True, slots=True)
class Size:
    """Sizes of a stored picture as Mastodon's `meta` tells them."""

    width: int
    height: int

    def as_meta(self) -> dict[str, int | float | str]:
        """`{"width", "height", "size": "640x360", "aspect"}`."""
        return {
            "width": self.width,
            "height": self.height,
            "size": f"{self.width}x{self.height}",
            "aspect": self.width / self.height,
        }


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture."""

    data: bytes = field(repr=False)
    content_type: str
    extension: str
    size: Size


@dataclass(frozen=True, slots=True)
class ImageResult:
    """A converted upload: the file to keep, a small still preview, and its colours in a few letters."""

    original: Picture
    preview: Picture
    blurhash: str
    is_animated: bool
    colours: dict[str, str] = field(default_factory=dict)
    look: str = ""  # of `echo.media.looks`: of all that was sent
    cut_look: str = ""  # of what is kept, where that was cut to size

    @property
    def meta(self) -> dict[str, dict[str, int | float | str]]:
        """Sizes in Mastodon's shape; `focus` is added by those who know it."""
        return {"original": self.original.size.as_meta(), "small": self.preview.size.as_meta()}
