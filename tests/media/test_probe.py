from __future__ import annotations

import pytest

from echo.media.probe import MovieLimits, Probe, check, read
from echo.media.result import Refusal, Refused

OLD = """Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'file:source':
  Metadata:
    title           : Stream #0:7: Video: h264, 9x9, 1 fps
                    :   Stream #0:8: Video: h264, 9x9, 1 fps
  Duration: 01:02:03.50, start: 0.000000, bitrate: 1333 kb/s
  Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p(tv, bt709), 640x480, 29.97 fps
    Metadata:
      handler_name    : VideoHandler
    Side data:
      displaymatrix: rotation of -90.00 degrees
  Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, mono, fltp, 69 kb/s (default)
At least one output file must be specified
"""
NEW = OLD.replace("displaymatrix", "Display Matrix")
COVER = """Input #0, mp3, from 'file:source':
  Duration: 00:00:01.04, start: 0.025057, bitrate: 139 kb/s
  Stream #0:0: Audio: mp3 (mp3float), 44100 Hz, stereo, fltp, 64 kb/s
  Stream #0:1: Video: mjpeg (Baseline), yuvj444p(pc), 64x64 [SAR 1:1], 90k tbr, 90k tbn (attached pic)
"""


@pytest.mark.parametrize("told", [OLD, NEW])
def test_a_film(told: str) -> None:
    found = read("[mov] noise\n" + told)
    assert found is not None
    assert (found.duration_seconds, found.bits_per_second) == (3723.5, 1_333_000)
    video, audio = found.video, found.audio
    assert video is not None
    assert (video.codec, video.pixel_format, video.width, video.height) == ("h264", "yuv420p", 640, 480)
    assert (video.rate, video.is_turned, video.is_cover) == ("30000/1001", True, False)
    assert audio is not None
    assert (audio.codec, audio.description, audio.sampling, audio.channels) == (
        "aac",
        "aac (LC)",
        "44100 Hz",
        "mono",
    )


def test_a_recording_with_a_cover_is_no_film() -> None:
    found = read(COVER)
    assert found is not None
    assert found.video is not None
    assert found.video.is_cover
    assert not found.is_video


@pytest.mark.parametrize(
    "told",
    [
        "",
        "file:source: Invalid data found when processing input",
        OLD.replace("Input #0", "Output #0"),
        "Input #0, mp3, from 'x':\n  Duration: N/A, start: 0.0, bitrate: N/A\n",
        # A title that poses as a stream, and nothing else.
        "Input #0, mp3, from 'x':\n  Metadata:\n    t : \n      :   Stream #0:0: Audio: aac, 1 Hz, mono\n",
        "Input #0, mov, from 'x':\n  Stream #0:0: Video: h264, none, 90k tbr\n",
        "Input #0, mov, from 'x':\n  Stream #0:0: Video: h264, yuv420p, 0x0, 90k tbr\n",
    ],
)
def test_nothing_to_show(told: str) -> None:
    assert read(told) is None


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (OLD.replace("640x480", "16384x16384"), Refusal.PIXELS),
        (OLD.replace("29.97 fps", "1k fps"), Refusal.RATE),
        (OLD.replace("01:02:03.50", "24:00:00.00"), Refusal.DURATION),
        (COVER.replace("64x64", "16384x16384"), Refusal.PIXELS),
    ],
)
def test_s_f05_what_is_too_large_by_its_own_words_is_refused(told: str, reason: Refusal) -> None:
    found = read(told)
    assert isinstance(found, Probe)
    with pytest.raises(Refused) as caught:
        check(found, MovieLimits())
    assert caught.value.reason is reason


def test_what_has_no_rate_is_not_refused_for_it() -> None:
    found = read(OLD.replace("29.97 fps", "90k tbn"))
    assert found is not None
    assert found.video is not None
    assert found.video.rate == "0/1"
    check(found, MovieLimits())
