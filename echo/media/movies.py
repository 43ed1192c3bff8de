"""Makes of a video, a recording or an animation what every app plays: H.264 and AAC in MP4, or MP3.

What is in the right form already is copied, not encoded again. Titles, places, chapters, subtitles and data
streams are left out in any case, because a camera writes into them where it was.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from pathlib import Path

from echo.kinds import MediaKind
from echo.media import ffmpeg
from echo.media.containers import HEAD_BYTES, Container, read_container
from echo.media.probe import MovieLimits, Probe, VideoStream, probe
from echo.media.result import Refusal, Refused

_POSTER_SECONDS = 60.0
_POSTER_BYTES = 16 * 1024 * 1024
_ENCODED_PIXELS = 2_073_600  # 1920 x 1080; larger ones are scaled down when they are encoded
_BARE = ("-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-fflags", "+bitexact")
_EXACT = ("-flags:v", "+bitexact", "-flags:a", "+bitexact")
GIF = Container("gif", "image/gif", "gif")


@dataclass(frozen=True, slots=True)
class Movie:
    """A finished file and what clients are told of it. `poster` is a still picture, PNG."""

    kind: MediaKind
    path: Path
    content_type: str
    extension: str
    meta: dict[str, object]
    poster: bytes | None


@dataclass(frozen=True, slots=True)
class Studio:
    """Shapes:  binary: ffmpeg; folder: a workshop that holds the file `name`; wall_seconds: for all of it."""

    binary: str
    folder: Path
    limits: MovieLimits
    wall_seconds: float

    async def make(self, container: Container, name: str) -> Movie:
        """The file as it is kept and played.

        Raises:  Refused when it is not readable, over the limits, or takes too long
        """
        found = await self._probe(container, name)
        if container is GIF:
            made = await self._encode(container, name, found, with_sound=False)
            return await self._movie(MediaKind.GIFV, made, container, name)
        if found.is_video:
            made = await self._encode(container, name, found, with_sound=found.audio is not None)
            return await self._movie(MediaKind.VIDEO, made, container, name)
        return await self._recording(container, name, found)

    async def _probe(self, container: Container, name: str) -> Probe:
        return await probe(self.binary, self.folder, container.demuxer, name, self.limits)

    async def _encode(self, container: Container, name: str, found: Probe, *, with_sound: bool) -> Path:
        video = found.video
        if video is None:
            raise Refused(Refusal.TYPE)
        is_ready = video.codec == "h264" and video.pixel_format == "yuv420p" and not video.is_turned
        sound = ["-an"]
        if with_sound and found.audio is not None:
            kept = found.audio.codec == "aac"
            encoded = ["-c:a", "aac", "-b:a", "128k", "-ac", "2"]
            sound = ["-map", "0:a:0", *(["-c:a", "copy"] if kept else encoded)]
        await self._run(
            *ffmpeg.source(container.demuxer, name, self.limits.max_pixels),
            *("-map", "0:V:0", *(["-c:v", "copy"] if is_ready else _encoding(video))),
            *sound,
            *_BARE,
            *(() if is_ready else _EXACT),
            *("-t", str(self.limits.max_seconds), "-movflags", "+faststart", "-f", "mp4", "file:made.mp4"),
        )
        return self.folder / "made.mp4"

    async def _recording(self, container: Container, name: str, found: Probe) -> Movie:
        if found.audio is None:
            raise Refused(Refusal.TYPE)
        kept = found.audio.codec in ("mp3", "mp3float")
        await self._run(
            *ffmpeg.source(container.demuxer, name, self.limits.max_pixels),
            *("-map", "0:a:0", "-vn"),
            *(("-c:a", "copy") if kept else ("-c:a", "libmp3lame", "-q:a", "2", "-ac", "2")),
            *_BARE,
            *("-t", str(self.limits.max_seconds), "-f", "mp3", "file:made.mp3"),
        )
        made = self.folder / "made.mp3"
        cover = await self._poster(container, name) if found.video is not None else None
        told = await self._probe(Container("mp3", "audio/mpeg", "mp3"), made.name)
        return Movie(MediaKind.AUDIO, made, "audio/mpeg", "mp3", _sound_meta(told, made), cover)

    async def _movie(self, kind: MediaKind, made: Path, container: Container, name: str) -> Movie:
        finished = await asyncio.to_thread(_container_of, made)
        if finished is None or finished.demuxer != "mov":
            raise Refused(Refusal.BROKEN, "no MP4 was made")
        told = await self._probe(finished, made.name)
        if not told.is_video:
            raise Refused(Refusal.BROKEN, "nothing moves in it")
        poster = await self._poster(finished, made.name) or await self._poster(container, name)
        return Movie(kind, made, "video/mp4", "mp4", _video_meta(told, made), poster)

    async def _poster(self, container: Container, name: str) -> bytes | None:
        """The first picture; None when there is none to be had, which is no reason to refuse a film."""
        target = self.folder / "poster.png"
        scale = "scale='if(gt(iw,ih),min(1280,iw),-1)':'if(gt(iw,ih),-1,min(1280,ih))'"
        run = await ffmpeg.run(
            self.binary,
            self.folder,
            [
                *ffmpeg.source(container.demuxer, name, self.limits.max_pixels),
                *("-map", "0:v:0", "-frames:v", "1", "-vf", scale, "-c:v", "png"),
                *("-f", "image2", "-update", "1", "file:poster.png"),
            ],
            wall_seconds=_POSTER_SECONDS,
            file_bytes=_POSTER_BYTES,
        )
        if run.status != 0 or not await asyncio.to_thread(target.is_file):
            return None
        return await asyncio.to_thread(target.read_bytes)

    async def _run(self, *arguments: str) -> None:
        run = await ffmpeg.run(
            self.binary,
            self.folder,
            arguments,
            wall_seconds=self.wall_seconds,
            file_bytes=2 * self.limits.max_bytes,
        )
        if run.status != 0:
            raise Refused(Refusal.BROKEN, f"ffmpeg ended with {run.status}: {run.told[-300:]}")


def _encoding(video: VideoStream) -> list[str]:
    """H.264 that old phones play: even sizes, no more pixels than a screen of theirs has."""
    factor = min(1.0, math.sqrt(_ENCODED_PIXELS / (video.width * video.height)))
    # The picture may still be turned, so its sides are named by what they will be then.
    scale = f"scale='max(2,trunc(iw*{factor:.6f}/2)*2)':'max(2,trunc(ih*{factor:.6f}/2)*2)'"
    return [
        *("-vf", f"{scale},setsar=1", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast"),
        *("-profile:v", "high", "-crf", "23", "-maxrate", "5M", "-bufsize", "10M", "-threads", "2"),
        *(("-r", "60") if video.frames_per_second > 60 else ("-fps_mode", "vfr")),
    ]


def _container_of(path: Path) -> Container | None:
    with path.open("rb") as file:
        return read_container(file.read(HEAD_BYTES))


def _rounded(number: float) -> float:
    return round(number, 3)


def _length(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{seconds % 60:05.2f}"


def _bitrate(told: Probe, made: Path) -> int:
    if told.bits_per_second:
        return told.bits_per_second
    return int(made.stat().st_size * 8 / told.duration_seconds) if told.duration_seconds else 0


def _sounds_like(told: Probe) -> dict[str, object]:
    if told.audio is None:
        return {}
    return {
        "audio_encode": told.audio.description,
        "audio_bitrate": told.audio.sampling,
        "audio_channels": told.audio.channels,
    }


def _video_meta(told: Probe, made: Path) -> dict[str, object]:
    """Sizes and times in Mastodon's shape, the old flat names among them."""
    video = told.video
    assert video is not None
    return {
        "length": _length(told.duration_seconds),
        "duration": _rounded(told.duration_seconds),
        "fps": round(video.frames_per_second),
        "size": f"{video.width}x{video.height}",
        "width": video.width,
        "height": video.height,
        "aspect": video.width / video.height,
        **_sounds_like(told),
        "original": {
            "width": video.width,
            "height": video.height,
            "frame_rate": video.rate,
            "duration": _rounded(told.duration_seconds),
            "bitrate": _bitrate(told, made),
        },
    }


def _sound_meta(told: Probe, made: Path) -> dict[str, object]:
    return {
        "length": _length(told.duration_seconds),
        "duration": _rounded(told.duration_seconds),
        **_sounds_like(told),
        "original": {
            "duration": _rounded(told.duration_seconds),
            "bitrate": _bitrate(told, made),
        },
    }
