"""What is in a video or a recording, from what ffmpeg says when it opens it: ffprobe is not everywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from echo.media import ffmpeg
from echo.media.result import MEGABYTE, Refusal, Refused

_WALL_SECONDS = 20.0
# Two spaces stand before a fact, four or more before a tag: no title of a file can pose as a stream.
_DURATION = re.compile(
    r"^  Duration: (?:(\d+):(\d\d):(\d\d(?:\.\d+)?)|N/A).*?bitrate: (?:(\d+) kb/s|N/A)", re.M
)
_STREAM = re.compile(r"^  Stream #0:(\d+)(?:\[0x[0-9a-f]+\])?(?:\([^)\n]*\))?: (Video|Audio): (.*)$", re.M)
_SIZE = re.compile(r"(?<![\dx])(\d{1,6})x(\d{1,6})(?![\dx])")
_RATE = re.compile(r"([\d.]+)(k?) (fps|tbr)")
_TURNED = re.compile(r"^ +display ?matrix: rotation of (-?[\d.]+) degrees", re.M | re.I)
# Rates that are written with two decimals and mean a fraction.
_EXACT_RATES = {"23.98": "24000/1001", "29.97": "30000/1001", "59.94": "60000/1001", "119.88": "120000/1001"}


@dataclass(frozen=True, slots=True)
class VideoStream:
    codec: str
    pixel_format: str
    width: int
    height: int
    rate: str  # as a fraction: "30/1"
    is_turned: bool
    is_cover: bool  # one picture, such as the cover of an album

    @property
    def frames_per_second(self) -> float:
        above, below = self.rate.split("/")
        return int(above) / int(below)


@dataclass(frozen=True, slots=True)
class AudioStream:
    """Shapes:  as clients are told: "aac (LC)", "44100 Hz", "stereo"."""

    codec: str
    description: str
    sampling: str
    channels: str


@dataclass(frozen=True, slots=True)
class Probe:
    """Shapes:  duration_seconds, bits_per_second: as the file claims; 0 where it does not."""

    duration_seconds: float
    bits_per_second: int
    video: VideoStream | None
    audio: AudioStream | None

    @property
    def is_video(self) -> bool:
        return self.video is not None and not self.video.is_cover


@dataclass(frozen=True, slots=True)
class MovieLimits:
    """How large a video or a recording may be."""

    max_bytes: int = 99 * MEGABYTE
    max_pixels: int = 8_294_400
    max_frames_per_second: int = 120
    max_seconds: int = 10_800


async def probe(binary: str, folder: Path, demuxer: str, name: str, limits: MovieLimits) -> Probe:
    """Open a file in this folder and say what is in it.

    Raises:  Refused when it is not readable, or larger or longer than the limits
    """
    run = await ffmpeg.run(
        binary,
        folder,
        ffmpeg.source(demuxer, name, limits.max_pixels),
        wall_seconds=_WALL_SECONDS,
        file_bytes=0,
    )
    found = read(run.told)
    if found is None:
        raise Refused(Refusal.BROKEN, run.told[-200:])
    check(found, limits)
    return found


def check(found: Probe, limits: MovieLimits) -> None:
    """Raises Refused when a file is larger or longer than allowed, by its own words."""
    video = found.video
    if video is not None:
        if video.width * video.height > limits.max_pixels:
            raise Refused(Refusal.PIXELS)
        if not video.is_cover and video.frames_per_second > limits.max_frames_per_second:
            raise Refused(Refusal.RATE)
    if found.duration_seconds > limits.max_seconds:
        raise Refused(Refusal.DURATION)


def read(told: str) -> Probe | None:
    """What ffmpeg told about its first input; None when it could not open it, or found nothing to show."""
    begin = told.find("Input #0, ")
    if begin < 0:
        return None
    told = told[begin:]
    videos: list[VideoStream] = []
    audio: AudioStream | None = None
    for match in _STREAM.finditer(told):
        if match[2] == "Video":
            video = _video(match[3], told[match.end() :].partition("\n  Stream #")[0])
            if video is not None:
                videos.append(video)
        elif audio is None:
            audio = _audio(match[3])
    # A moving picture goes before a cover.
    video = min(videos, key=lambda one: one.is_cover, default=None)
    if audio is None and (video is None or video.is_cover):
        return None
    duration, bitrate = _times(told)
    return Probe(duration, bitrate, video, audio)


def _times(told: str) -> tuple[float, int]:
    match = _DURATION.search(told)
    if match is None:
        return 0.0, 0
    seconds = 0.0
    if match[1] is not None:
        seconds = int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])
    return seconds, int(match[4] or 0) * 1000


def _video(line: str, more: str) -> VideoStream | None:
    codec, _, rest = line.partition(" ")
    codec = codec.rstrip(",")
    size = _SIZE.search(rest)
    if size is None or not int(size[1]) or not int(size[2]):
        return None
    parts = [part.strip() for part in re.sub(r"\([^()]*\)", "", rest).split(",")]
    pixel_format = next((part for part in parts if re.match(r"(?:yuv|rgb|bgr|gray|pal|gbr|nv|ya)", part)), "")
    turned = _TURNED.search(more)
    return VideoStream(
        codec=codec,
        pixel_format=pixel_format,
        width=int(size[1]),
        height=int(size[2]),
        rate=_rate(line),
        is_turned=turned is not None and float(turned[1]) != 0,
        is_cover="(attached pic)" in line,
    )


def _rate(line: str) -> str:
    rates = {match[3]: (match[1], match[2]) for match in _RATE.finditer(line)}
    number, thousands = rates.get("fps") or rates.get("tbr") or ("0", "")
    if number in _EXACT_RATES and not thousands:
        return _EXACT_RATES[number]
    try:
        rate = Fraction(number) * (1000 if thousands else 1)
    except (ValueError, ZeroDivisionError):
        return "0/1"
    return f"{rate.numerator}/{rate.denominator}"


def _audio(line: str) -> AudioStream:
    parts = [part.strip() for part in line.split(",")]
    codec = parts[0].partition(" ")[0]
    description = re.sub(r" \([^()]*/ 0x[^()]*\)", "", parts[0])
    sampling = next((part for part in parts if part.endswith(" Hz")), "")
    place = parts.index(sampling) + 1 if sampling else len(parts)
    channels = parts[place] if place < len(parts) else ""
    return AudioStream(codec, description[:60], sampling[:30], channels[:30])
