from __future__ import annotations

import pytest

from echo.media.containers import HEAD_BYTES, read_container
from tests.media import clips, pictures


@pytest.mark.parametrize(
    ("content", "demuxer"),
    [
        (clips.mp4, "mov"),
        (clips.webm, "matroska"),
        (clips.mp3, "mp3"),
        (clips.wav, "wav"),
        (clips.ogg, "ogg"),
        (clips.flac, "flac"),
    ],
)
def test_files_are_known_by_their_first_bytes(content: object, demuxer: str) -> None:
    assert callable(content)
    found = read_container(content()[:HEAD_BYTES])
    assert found is not None
    assert found.demuxer == demuxer


@pytest.mark.parametrize("content", [*clips.PLAYLISTS.values(), b"", b"\xff", b"\x00" * 64])
def test_playlists_and_scripts_are_no_files_of_ours(content: bytes) -> None:
    assert read_container(content) is None


@pytest.mark.parametrize(
    "content", [pictures.jpeg(), pictures.png(), pictures.webp(), pictures.animated("GIF")]
)
def test_images_are_no_films(content: bytes) -> None:
    assert read_container(content[:HEAD_BYTES]) is None


def test_a_photograph_in_a_container_is_no_film() -> None:
    assert read_container(b"\x00\x00\x00\x18ftypheic") is None
    assert read_container(b"\x00\x00\x00\x18ftypavif") is None
