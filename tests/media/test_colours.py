from __future__ import annotations

import pytest
from PIL import Image

from echo.errors import Invalid
from echo.media.colours import _contrast, colours_of
from echo.media.result import Limits
from echo.media.sandbox import convert
from tests.media import pictures


def _read(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGB", (40, 40), "white"),
        Image.new("RGB", (40, 40), "black"),
        Image.new("L", (3, 900), 128),
        pictures.gradient(90, 60),
        pictures.gradient(90, 60, "RGBA"),
    ],
)
def test_text_can_be_read_on_the_background(image: Image.Image) -> None:
    found = colours_of(image)
    assert _contrast(_read(found["foreground"]), _read(found["background"])) >= 4.5
    assert _contrast(_read(found["accent"]), _read(found["background"])) >= 3.0


def test_the_background_is_that_of_the_edge_and_the_accent_is_lively() -> None:
    image = Image.new("RGB", (100, 100), (10, 10, 60))
    image.paste((255, 255, 255), (20, 20, 80, 60))
    image.paste((250, 60, 0), (30, 65, 60, 80))
    found = {name: _read(text) for name, text in colours_of(image).items()}
    assert max(abs(a - b) for a, b in zip(found["background"], (10, 10, 60), strict=True)) < 12
    assert max(abs(a - b) for a, b in zip(found["foreground"], (255, 255, 255), strict=True)) < 12
    assert max(abs(a - b) for a, b in zip(found["accent"], (250, 60, 0), strict=True)) < 12


async def test_the_child_tells_them_when_it_is_asked() -> None:
    assert set((await convert(pictures.png(), limits=Limits(with_colours=True))).colours) == {
        "background",
        "foreground",
        "accent",
    }
    assert (await convert(pictures.png())).colours == {}
    with pytest.raises(Invalid):
        await convert(b"", limits=Limits(with_colours=True))
