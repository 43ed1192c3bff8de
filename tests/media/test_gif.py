from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from echo.media.gif import strip
from echo.media.result import Limits, Refusal, Refused
from tests.media import pictures

COMMENT = b"\x21\xfe\x08<script>\x00"
XMP = b"\x21\xff\x0bXMP DataXMP\x05hello\x00"
LOOP = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
CONTROL = b"\x21\xf9\x04\x00\x05\x00\x00\x00"
PLAIN_TEXT = b"\x21\x01\x0c" + bytes(12) + b"\x02hi\x00"


def test_only_what_draws_is_kept() -> None:
    source = pictures.gif_of(2, extra=COMMENT + LOOP + XMP + PLAIN_TEXT + CONTROL, tail=b"<html>PK")
    stripped = strip(source, Limits())
    assert stripped.frames == 2
    assert stripped.data == pictures.gif_of(2, extra=LOOP + CONTROL)


def test_an_animation_looks_as_before() -> None:
    source = pictures.animated("GIF", 5)
    stripped = strip(source, Limits())
    with Image.open(io.BytesIO(source)) as before, Image.open(io.BytesIO(stripped.data)) as after:
        assert after.n_frames == before.n_frames == stripped.frames == 5  # type: ignore[attr-defined]
        assert after.info["loop"] == 0
        for index in range(5):
            before.seek(index)
            after.seek(index)
            assert after.convert("RGB").tobytes() == before.convert("RGB").tobytes()
            assert after.info["duration"] == 50


@pytest.mark.parametrize(
    ("data", "limits", "reason"),
    [
        (pictures.gif_of(10_000), Limits(), Refusal.FRAMES),
        (pictures.gif_of(4), Limits(max_frames=3), Refusal.FRAMES),
        (pictures.gif_of(4), Limits(max_animation_pixels=15), Refusal.FRAMES),
        (pictures.gif_of(1, frame=pictures.gif_frame(60_000, 60_000)), Limits(), Refusal.PIXELS),
        (pictures.gif_of(0), Limits(), Refusal.BROKEN),
        (pictures.gif_of(1)[:-1], Limits(), Refusal.BROKEN),
        (pictures.gif_of(1)[:25], Limits(), Refusal.BROKEN),
        (pictures.gif_of(1, extra=b"\x99"), Limits(), Refusal.BROKEN),
    ],
)
def test_s_f05_too_many_and_too_large_pictures_are_refused(
    data: bytes, limits: Limits, reason: Refusal
) -> None:
    with pytest.raises(Refused) as caught:
        strip(data, limits)
    assert caught.value.reason is reason


@given(st.binary(max_size=300))
def test_any_bytes_are_stripped_or_refused(data: bytes) -> None:
    source = b"GIF89a" + data
    try:
        stripped = strip(source, Limits())
    except Refused:
        return
    assert stripped.data.endswith(b"\x3b")
    assert len(stripped.data) <= len(source)
    assert strip(stripped.data, Limits()) == stripped
