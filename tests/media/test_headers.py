from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.media.headers import check, read_header
from echo.media.result import Limits, Refusal, Refused
from tests.media import pictures


@pytest.mark.parametrize(
    ("data", "name", "extension"),
    [
        (pictures.jpeg(61, 43), "jpeg", "jpg"),
        (pictures.jpeg(61, 43, progressive=True, comment=b"x" * 60_000), "jpeg", "jpg"),
        (pictures.png(61, 43), "png", "png"),
        (pictures.png(61, 43, "P"), "png", "png"),
        (pictures.webp(61, 43), "webp", "webp"),
        (pictures.webp(61, 43, lossless=True), "webp", "webp"),
        (pictures.webp(61, 43, exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00"), "webp", "webp"),
        (pictures.encoded(pictures.gradient(61, 43), "GIF"), "gif", "gif"),
    ],
)
def test_format_and_size(data: bytes, name: str, extension: str) -> None:
    header = read_header(data)
    assert header is not None
    assert (header.format, header.extension, header.size) == (name, extension, (61, 43))


def test_avif_is_known_without_its_size() -> None:
    header = read_header(pictures.encoded(pictures.gradient(61, 43), "AVIF"))
    assert header is not None
    assert (header.format, header.size, header.pixels) == ("avif", None, 0)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html><script>run()</script>",
        b"%PDF-1.7",
        b"run()",
        b"PK\x03\x04",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00",
        b"RIFF\x00\x00\x00\x00WAVE" + bytes(30),
        b"RIFF\x00\x00\x00\x00WEBPVP8?" + bytes(30),
        b"BM" + bytes(60),
        b"II*\x00" + bytes(60),
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"\xff\xd8\xff\xe0\x00\x00" * 100,
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        pictures.png_that_claims(0, 5),
        b" " + pictures.png(),
    ],
    ids=lambda data: repr(data[:12]),
)
def test_s_f01_everything_else_is_nothing(data: bytes) -> None:
    assert read_header(data) is None


@pytest.mark.parametrize(
    ("data", "limits", "reason"),
    [
        (pictures.png_that_claims(50_000, 50_000), Limits(), Refusal.PIXELS),
        (pictures.png(), Limits(max_bytes=100), Refusal.BYTES),
        (pictures.png(), Limits(max_pixels=60 * 40 - 1), Refusal.PIXELS),
        (b"<svg/>", Limits(), Refusal.TYPE),
    ],
)
def test_s_f03_check_refuses(data: bytes, limits: Limits, reason: Refusal) -> None:
    with pytest.raises(Refused) as caught:
        check(data, limits)
    assert caught.value.reason is reason


_STARTS = st.sampled_from(
    [
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\x00\x00\x00\x00WEBPVP8X",
        b"\x00\x00\x00\x00ftypavif",
        b"",
    ]
)


@given(_STARTS, st.binary(max_size=200))
def test_any_bytes_can_be_read(start: bytes, rest: bytes) -> None:
    header = read_header(start + rest)
    assert header is None or header.size is None or min(header.size) > 0
