"""Real runs of ffmpeg, behind its walls."""

from __future__ import annotations

import asyncio
import io
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from echo.kinds import MediaKind
from echo.media import ffmpeg
from echo.media.containers import HEAD_BYTES, Container, read_container
from echo.media.movies import GIF, Movie, Studio
from echo.media.probe import MovieLimits, probe
from echo.media.result import Refusal, Refused
from tests.media import clips

# The one of this system too, when the slow tests run.
BINARIES = pytest.mark.parametrize(
    "binary",
    [
        pytest.param(path, marks=() if path == clips.INSTALLED else pytest.mark.slow)
        for path in clips.BINARIES
    ],
    ids=lambda path: Path(path).name,
)


@pytest.fixture
async def workshop() -> AsyncIterator[Path]:
    async with ffmpeg.workshop() as folder:
        yield folder


def put(folder: Path, content: bytes) -> Container:
    (folder / "source").write_bytes(content)
    (folder / "source").chmod(0o644)
    found = GIF if content[:3] == b"GIF" else read_container(content[:HEAD_BYTES])
    assert found is not None
    return found


async def make(folder: Path, content: bytes, binary: str = clips.INSTALLED) -> Movie:
    return await Studio(binary, folder, MovieLimits(), 60.0).make(put(folder, content), "source")


@BINARIES
async def test_s_f08_a_film_of_a_phone_is_copied_without_its_place(workshop: Path, binary: str) -> None:
    made = await make(workshop, clips.mp4(), binary)
    assert (made.kind, made.content_type, made.extension) == (MediaKind.VIDEO, "video/mp4", "mp4")
    assert made.meta["original"] == {
        "width": 160,
        "height": 120,
        "frame_rate": "10/1",
        "duration": 1.0,
        "bitrate": made.meta["original"]["bitrate"],  # type: ignore[index]
    }
    assert made.meta["length"] == "0:00:01.00"
    assert (made.meta["fps"], made.meta["size"], made.meta["audio_channels"]) == (10, "160x120", "mono")
    content = made.path.read_bytes()
    assert b"loci" in clips.mp4()
    assert b"loci" not in content
    assert b"Stream #0:7" not in content
    # It can be played before it is all there: the index stands before the pictures.
    assert content.index(b"moov") < content.index(b"mdat")
    assert made.poster is not None
    assert Image.open(io.BytesIO(made.poster)).size == (160, 120)


@BINARIES
async def test_other_films_are_encoded_anew(workshop: Path, binary: str) -> None:
    made = await make(workshop, clips.webm(), binary)
    told = await probe(binary, workshop, "mov", made.path.name, MovieLimits())
    assert told.video is not None
    assert (told.video.codec, told.video.pixel_format) == ("h264", "yuv420p")
    assert (told.video.width, told.video.height) == (160, 120)
    assert told.audio is not None
    assert told.audio.codec == "aac"


@BINARIES
async def test_an_animation_becomes_a_silent_film(workshop: Path, binary: str) -> None:
    made = await make(workshop, clips.gif(), binary)
    assert made.kind is MediaKind.GIFV
    assert (made.meta["width"], made.meta["height"]) == (60, 40)
    assert "audio_encode" not in made.meta


@BINARIES
async def test_recordings(workshop: Path, binary: str) -> None:
    for content in (clips.mp3(), clips.wav(), clips.ogg(), clips.flac()):
        made = await make(workshop, content, binary)
        assert (made.kind, made.content_type, made.poster) == (MediaKind.AUDIO, "audio/mpeg", None)
        assert made.meta["original"]["duration"] > 0.4  # type: ignore[index]
        assert "width" not in made.meta
        content = made.path.read_bytes()
        assert clips.PLACE.encode() not in content
        assert b"A tone" not in content


async def test_a_film_is_turned_as_the_phone_was_held(workshop: Path) -> None:
    made = await make(workshop, clips.turned_mp4())
    assert (made.meta["width"], made.meta["height"]) == (120, 160)


async def test_the_cover_of_a_recording_is_its_poster(workshop: Path) -> None:
    made = await make(workshop, clips.mp3_with_cover())
    assert made.kind is MediaKind.AUDIO
    assert made.poster is not None
    red = Image.open(io.BytesIO(made.poster)).convert("RGB").getpixel((5, 5))
    assert isinstance(red, tuple)
    assert red[0] > 200 > red[1]


@pytest.mark.parametrize("cut", [40, 700])
async def test_what_is_cut_off_is_refused(workshop: Path, cut: int) -> None:
    with pytest.raises(Refused):
        await make(workshop, clips.webm()[:cut] if cut < 100 else clips.mp4()[:cut])


async def test_what_only_begins_as_a_film_is_refused(workshop: Path) -> None:
    with pytest.raises(Refused):
        await make(workshop, clips.mp4()[:32] + clips.PLAYLISTS["hls"])


@BINARIES
async def test_s_f05_a_thousand_pictures_in_a_second_are_refused(workshop: Path, binary: str) -> None:
    with pytest.raises(Refused) as caught:
        await make(workshop, clips.fast_mp4(), binary)
    assert caught.value.reason is Refusal.RATE


async def test_s_f05_pictures_that_are_too_large_are_refused(workshop: Path) -> None:
    container = put(workshop, clips.mp4())
    with pytest.raises(Refused) as caught:
        await Studio(clips.INSTALLED, workshop, MovieLimits(max_pixels=1000), 60.0).make(container, "source")
    assert caught.value.reason in {Refusal.PIXELS, Refusal.BROKEN}


@BINARIES
@pytest.mark.parametrize(
    ("kind", "demuxer"), [*((kind, "mov") for kind in sorted(clips.PLAYLISTS)), ("hls", "mp3")]
)
async def test_playlists_are_not_followed(workshop: Path, binary: str, kind: str, demuxer: str) -> None:
    """Whatever they are taken for: the named demuxer reads them as what they are not."""
    (workshop / "source").write_bytes(clips.PLAYLISTS[kind])
    (workshop / "source").chmod(0o644)
    with pytest.raises(Refused):
        await probe(binary, workshop, demuxer, "source", MovieLimits())


@BINARIES
@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x", "file:/etc/passwd", "file:/proc/self/environ"])
async def test_s_f07_ffmpeg_itself_cannot_reach_anything(workshop: Path, binary: str, address: str) -> None:
    """Without our lists: the walls stand by themselves."""
    run = await ffmpeg.run(
        binary,
        workshop,
        ["-f", "u8", "-i", address, "-c", "copy", "-f", "u8", "out"],
        wall_seconds=20.0,
        file_bytes=1_000_000,
    )
    assert run.status != 0
    assert "denied" in run.told or "not permitted" in run.told
    assert not (workshop / "out").exists()


@BINARIES
async def test_s_f07_ffmpeg_writes_only_its_folder(workshop: Path, binary: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    (workshop / "source").write_bytes(b"x" * 1000)
    (workshop / "source").chmod(0o644)
    arguments = ["-f", "u8", "-ar", "8000", "-i", "source", "-c", "copy", "-f", "u8"]
    allowed = await ffmpeg.run(binary, workshop, [*arguments, "out"], wall_seconds=20.0, file_bytes=10_000)
    assert (allowed.status, (workshop / "out").stat().st_size) == (0, 1000)
    target = tmp_path / "out"
    denied = await ffmpeg.run(
        binary, workshop, [*arguments, str(target)], wall_seconds=20.0, file_bytes=10_000
    )
    assert denied.status != 0
    assert not target.exists()


async def test_an_endless_output_is_cut(workshop: Path) -> None:
    run = await ffmpeg.run(
        clips.INSTALLED,
        workshop,
        ["-f", "lavfi", "-i", "anullsrc", "-f", "u8", "out"],
        wall_seconds=30.0,
        file_bytes=1_000_000,
    )
    assert run.status != 0
    assert (workshop / "out").stat().st_size <= 1_000_000


async def test_s_f05_endless_work_ends(workshop: Path) -> None:
    with pytest.raises(Refused, match="longer than"):
        await ffmpeg.run(
            clips.INSTALLED,
            workshop,
            ["-re", "-f", "lavfi", "-i", "anullsrc", "-f", "null", "-"],
            wall_seconds=1.0,
            file_bytes=0,
        )


async def test_memory_has_a_limit(workshop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg, "MEMORY_BYTES", 300 * 1024 * 1024)
    run = await ffmpeg.run(
        clips.INSTALLED,
        workshop,
        ["-f", "lavfi", "-i", "color=size=16000x16000:duration=1", "-frames:v", "2", "-f", "null", "-"],
        wall_seconds=30.0,
        file_bytes=0,
    )
    assert run.status != 0 or "Cannot allocate memory" in run.told, run.told


async def test_who_asks_for_work_takes_it_along_when_they_end(workshop: Path) -> None:
    work = asyncio.create_task(
        ffmpeg.run(
            clips.INSTALLED,
            workshop,
            ["-re", "-f", "lavfi", "-i", "anullsrc", "-f", "u8", "out"],
            wall_seconds=60.0,
            file_bytes=10_000_000,
        )
    )
    async with asyncio.timeout(30):
        while not (workshop / "out").exists():
            await asyncio.sleep(0.05)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert str(workshop) not in _folders_in_use()


def _folders_in_use() -> set[str]:
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found.add(os.readlink(entry / "cwd"))
            except OSError:
                continue
    return found


async def test_a_workshop_leaves_nothing() -> None:
    async with ffmpeg.workshop() as folder:
        (folder / "file").write_bytes(b"x")
    assert not folder.exists()


def test_what_a_crash_left_is_swept() -> None:
    folder = Path(tempfile.mkdtemp(prefix=ffmpeg.PREFIX))
    os.utime(folder, (1_000, 1_000))
    assert ffmpeg.sweep_workshops(2_000) >= 1
    assert not folder.exists()


def test_it_can_be_switched_off_and_named() -> None:
    assert ffmpeg.find_binary("off") is None
    assert ffmpeg.find_binary("/no/such/ffmpeg") is None
    assert ffmpeg.find_binary(clips.INSTALLED) == clips.INSTALLED
    assert ffmpeg.find_binary("") in clips.BINARIES
