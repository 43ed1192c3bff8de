"""What a video or audio file is, by its first bytes. Nothing else is ever handed to the decoder.

The demuxer is named to ffmpeg and not guessed by it: a playlist (HLS, DASH, concat, ...) is no file of these.
"""

from __future__ import annotations

from dataclasses import dataclass

HEAD_BYTES = 64
# Types that apps may offer to people; audio containers can hold video, so the file decides what it is.
VIDEO_TYPES = ("video/mp4", "video/quicktime", "video/webm", "video/ogg")
AUDIO_TYPES = (
    "audio/wave",
    "audio/wav",
    "audio/x-wav",
    "audio/vnd.wave",
    "audio/ogg",
    "audio/vorbis",
    "audio/mpeg",
    "audio/mp3",
    "audio/webm",
    "audio/flac",
    "audio/aac",
    "audio/m4a",
    "audio/x-m4a",
    "audio/mp4",
)
_IMAGE_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"crx ")


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of file: ffmpeg's name of its demuxer, and what it is served as if it is kept as it is."""

    demuxer: str
    content_type: str
    extension: str


_MP4 = Container("mov", "video/mp4", "mp4")
_MATROSKA = Container("matroska", "video/webm", "webm")
_OGG = Container("ogg", "audio/ogg", "ogg")
_MP3 = Container("mp3", "audio/mpeg", "mp3")
_AAC = Container("aac", "audio/aac", "aac")
_FLAC = Container("flac", "audio/flac", "flac")
_WAV = Container("wav", "audio/wav", "wav")


def read_container(head: bytes) -> Container | None:
    """The kind of a file from its beginning; None for everything that we do not take.

    Shapes:  head: the file or its first `HEAD_BYTES`
    """
    if head[4:8] == b"ftyp" and head[8:12] not in _IMAGE_BRANDS:
        return _MP4
    if head[4:8] in (b"moov", b"mdat", b"wide") or (head[4:8] == b"free" and head[:2] == b"\x00\x00"):
        return _MP4  # QuickTime of old
    if head.startswith(b"\x1aE\xdf\xa3"):
        return _MATROSKA
    if head.startswith(b"OggS"):
        return _OGG
    if head.startswith(b"fLaC"):
        return _FLAC
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return _WAV
    if head.startswith(b"ID3"):
        return _MP3
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return _AAC
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 in (0xE2, 0xE4):
        return _MP3  # a frame of layer 3 or 2, without a tag before it
    return None
