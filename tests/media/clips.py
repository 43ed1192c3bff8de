"""Small videos, recordings and animations for tests, made by ffmpeg itself."""

from __future__ import annotations

import subprocess
import tempfile
from functools import cache
from pathlib import Path

import imageio_ffmpeg

from echo.media import ffmpeg

INSTALLED = str(Path(imageio_ffmpeg.get_ffmpeg_exe()).resolve())
# The one that came with Echo, and the one of this system when it has one.
BINARIES = sorted({INSTALLED, ffmpeg.find_binary("") or INSTALLED})
PLACE = "+48.8577+002.295/"
_QUICKLY = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "ultrafast")


@cache
def made(name: str, *arguments: str) -> bytes:
    """What ffmpeg writes to a file of this name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        subprocess.run(
            [INSTALLED, "-hide_banner", "-loglevel", "error", "-y", *arguments, str(path)], check=True
        )
        return path.read_bytes()


def _picture(size: str, rate: str, seconds: float) -> list[str]:
    return ["-f", "lavfi", "-i", f"testsrc=size={size}:rate={rate}:duration={seconds}"]


def _sound(seconds: float = 1.0) -> list[str]:
    return ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"]


def mp4(size: str = "160x120", rate: str = "10", seconds: float = 1.0) -> bytes:
    """H.264 with AAC, as phones make it: it says where it was."""
    told = ["-metadata", f"location={PLACE}", "-metadata", "title=Stream #0:7: Video: h264, 9x9, 1 fps"]
    return made(
        "clip.mp4",
        *_picture(size, rate, seconds),
        *_sound(seconds),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", *told),
    )


def silent_mp4() -> bytes:
    return made("clip.mp4", *_picture("160x120", "10", 0.5), *("-c:v", "libx264", "-pix_fmt", "yuv420p"))


def webm() -> bytes:
    """Odd sizes, VP8 and Vorbis."""
    return made(
        "clip.webm",
        *_picture("161x121", "30000/1001", 0.5),
        *_sound(0.5),
        "-c:v",
        "libvpx",
        "-c:a",
        "libvorbis",
    )


def turned_mp4() -> bytes:
    """A film of a phone that was held upright: 160x120 pixels, to be shown as 120x160."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flat.mp4"
        path.write_bytes(mp4())
        return made("turned.mp4", "-display_rotation", "90", "-i", str(path), "-c", "copy")


def mp3() -> bytes:
    return made("clip.mp3", *_sound(), "-metadata", "title=A tone", "-metadata", f"comment={PLACE}")


def wav() -> bytes:
    return made("clip.wav", *_sound(0.5))


def ogg() -> bytes:
    return made("clip.ogg", *_sound(0.5), "-c:a", "libvorbis")


def flac() -> bytes:
    return made("clip.flac", *_sound(0.5))


def gif() -> bytes:
    return made("clip.gif", *_picture("61x41", "10", 0.5))


def mp3_with_cover() -> bytes:
    """A recording with the picture of its album: red with a white square."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp3"
        path.write_bytes(mp3())
        return made(
            "covered.mp3",
            *("-i", str(path), "-f", "lavfi", "-i", "color=red:size=64x64:duration=1:rate=1"),
            *("-map", "0:a", "-map", "1:v", "-c:a", "copy", "-c:v", "mjpeg", "-frames:v", "1"),
            *("-disposition:v", "attached_pic", "-id3v2_version", "3"),
        )


def wide_mp4() -> bytes:
    """One picture of 16384 x 512."""
    return made("wide.mp4", *_picture("16384x512", "1", 1), *_QUICKLY)


def long_mp4() -> bytes:
    """A picture each ten minutes, for a day."""
    return made("long.mp4", *_picture("32x32", "1/600", 86_400), *_QUICKLY)


def fast_mp4() -> bytes:
    """A thousand pictures in a second."""
    return made("fast.mp4", *_picture("32x32", "1000", 0.1), *_QUICKLY)


PLAYLISTS = {
    "hls": b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    "concat": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "dash": b'<?xml version="1.0"?><MPD><Period><BaseURL>file:///etc/passwd</BaseURL></Period></MPD>',
    "sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    "script": b"#!/bin/sh\ncat /etc/passwd\n",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "subtitles": b"[Script Info]\nScriptType: v4.00+\n",
}
